import "swagger-ui-dist/swagger-ui.css";
import "./docs.css";
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

/** The OpenAPI document of the service, at the address that this page was found at. */
async function openApi(): Promise<Record<string, unknown>> {
  const answer = await fetch(new URL("openapi.json", document.baseURI));
  if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
  return { ...(await answer.json()), servers: [{ url: document.baseURI.replace(/\/$/, "") }] };
}

/** What every change by the cookie of a sign-in must carry; null: nobody is signed in here. */
async function csrfToken(): Promise<string | null> {
  if (localStorage.getItem("optsvc.signed-in") === null) return null;
  const answer = await fetch(new URL("v1/sessions", document.baseURI));
  return answer.ok ? (await answer.json()).csrf_token : null;
}

/** By day or by night, as the dashboard is. */
function wearTheme(): void {
  const chosen = localStorage.getItem("mantine-color-scheme-value") ?? "auto";
  const night = window.matchMedia("(prefers-color-scheme: dark)");
  const wear = () =>
    document.documentElement.classList.toggle("dark-mode", chosen === "dark" || (chosen === "auto" && night.matches));
  night.addEventListener("change", wear);
  wear();
}

async function show(place: Element): Promise<void> {
  const [spec, token] = await Promise.all([openApi(), csrfToken()]);
  SwaggerUI({
    domNode: place,
    spec,
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    filter: true,
    validatorUrl: null, // it would send the document elsewhere
    requestInterceptor: (request) => {
      if (token !== null && request.method.toUpperCase() !== "GET") request.headers["X-CSRF-Token"] = token;
      return request;
    },
  });
}

wearTheme();
const place = document.querySelector("#docs");
if (place === null) throw new Error("the page has no #docs");
show(place).catch((error: Error) => {
  place.setAttribute("role", "alert");
  place.textContent = `The documentation could not be loaded: ${error.message}`;
});
