/** Where the service is: the server writes a `<base>` into the page, so any path before it is known here only. */
export const BASE = new URL("./", document.baseURI);

/** The path before everything of ours, without a slash at its end. */
export const BASE_PATH = BASE.pathname.replace(/\/$/, "");

/** The whole address of something of the service, as in `address("docs")`. */
export function address(path: string): string {
  return new URL(path.replace(/^\//, ""), BASE).href;
}
