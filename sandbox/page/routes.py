"""The browser page: its shell, its static files, and the payments worth trying.

Everything else the page shows it reads from the drive API. It loads nothing from elsewhere and runs no inline
script: the Content-Security-Policy holds that.
"""

from pathlib import Path
from types import MappingProxyType

import jinja2
from aiohttp import web

from sandbox.machinery import SANDBOX

HERE = Path(__file__).parent
STYLE_SHEETS = ("theme.css", "layout.css", "messages.css", "blocks.css", "dialogs.css", "panel.css")
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            "img-src 'self' https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
)


def register(app: web.Application) -> None:
    """Adds `/`, `/static/NAME` and `/page/catalogue`. Slack's own routes lead a message's link to `/`."""
    loader = jinja2.FileSystemLoader(HERE / "templates")
    page = jinja2.Environment(loader=loader, autoescape=True).get_template("page.html")
    files = {file.name: file for file in (HERE / "static").iterdir() if file.is_file()}

    async def show_page(_request: web.Request) -> web.Response:
        return web.Response(text=page.render(sheets=STYLE_SHEETS), content_type="text/html", headers=HEADERS)

    async def show_file(request: web.Request) -> web.FileResponse:
        file = files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound
        return web.FileResponse(file, headers=HEADERS)

    app.router.add_get("/", show_page)
    app.router.add_get("/static/{name}", show_file)
    app.router.add_get("/page/catalogue", show_catalogue)


async def show_catalogue(request: web.Request) -> web.Response:
    return web.json_response(request.app[SANDBOX].stripe.catalogue())
