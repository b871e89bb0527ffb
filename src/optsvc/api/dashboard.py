"""The dashboard's files: hashed ones are kept for ever, pages never; all addresses answer with the page, but /docs.

A page asks the REST API like any other client. It is served with a policy under which no script but ours runs.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = Path(__file__).parent.parent / "dashboard" / "static"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_MISSING = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>optsvc</title>
<h1>This server was installed without its dashboard</h1>
<p>The API works, as <a href="openapi.json">its OpenAPI document</a> says. To have the dashboard and its documentation
too, install a wheel of optsvc, or in its source tree run <code>pip install --editable '.[server]'</code> without
<code>OPTSVC_SKIP_DASHBOARD</code>, and start again.</p></html>
"""


def install(app: FastAPI, static: Path = STATIC) -> None:
    """Serve the dashboard where the API has nothing.

    Args:
        app: The application, with all its routes.
        static: The built files.
    """
    if (static / "assets").is_dir():
        app.mount("/assets", _Assets(directory=static / "assets"), name="assets")
    app.router.default = _Pages(static, app.router.default)


class _Assets(StaticFiles):
    """Files whose names hold a digest of their content, compressed for whoever takes that."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = None
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            answer = await self._packed(path, scope)
        answer = answer or await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        answer.headers["Vary"] = "Accept-Encoding"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return answer

    async def _packed(self, path: str, scope: Scope) -> Response | None:
        try:
            answer = await super().get_response(f"{path}.gz", scope)
        except HTTPException:
            return None
        answer.headers["Content-Encoding"] = "gzip"
        return answer


class _Pages:
    """Answers who navigates to an address that is none of the API's with the page, which knows what to show there.

    The documentation of the API is a page of its own.
    """

    def __init__(self, static: Path, otherwise: ASGIApp) -> None:
        self.static = static
        self.otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        navigates = (
            scope["type"] == "http"
            and scope["method"] in ("GET", "HEAD")
            and "text/html" in Headers(scope=scope).get("accept", "")
            and not f"{path}/".startswith(("/v1/", "/assets/"))
        )
        file = self.static / ("docs.html" if path == "/docs" else "index.html")
        if not navigates:
            await self.otherwise(scope, receive, send)
        elif not file.exists():
            await HTMLResponse(_MISSING, 404, headers={"Cache-Control": "no-store"})(scope, receive, send)
        else:
            # Relative, so that it holds behind any prefix, also one that a proxy takes away and does not mention.
            base = "../" * (path.count("/") - 1) or "./"
            page = file.read_text().replace("<head>", f'<head><base href="{base}">', 1)
            await HTMLResponse(page, headers=_HEADERS)(scope, receive, send)
