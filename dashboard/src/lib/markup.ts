/** The words of a figure as plain text: figures are written in some HTML. */
export function plain(text: string): string {
  return text.replaceAll("<br>", " ").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
