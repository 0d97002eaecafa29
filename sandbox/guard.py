"""Only this machine may talk to the sandbox: every Host and Origin must be loopback with our port.

Without this, any web page open in the user's browser could press the buttons here.
"""

from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers 403 to a foreign Host or Origin."""
    if request.transport is None:
        raise web.HTTPBadRequest(reason="the connection is gone")
    port = request.transport.get_extra_info("sockname")[1]
    host = request.headers.get(hdrs.HOST, "")
    origin = request.headers.get(hdrs.ORIGIN)
    if not _is_ours(f"http://{host}", port):
        return web.json_response({"ok": False, "error": "foreign_host"}, status=403)
    if origin is not None and not _is_ours(origin, port):
        return web.json_response({"ok": False, "error": "foreign_origin"}, status=403)
    return await handler(request)


def _is_ours(address: str, port: int) -> bool:
    try:
        parts = urlsplit(address)
        named_port = parts.port or 80
    except ValueError:
        return False
    return parts.scheme == "http" and parts.hostname in LOOPBACK and named_port == port
