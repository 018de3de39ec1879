"""A reverse proxy on loopback that shows a server under a path, as nginx does with `location /touchstone/`."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Iterator

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from serving.server import address_of, open_socket
from tests.serving.servers.occupied import until

OF_ONE_CONNECTION = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"upgrade", b"host"})
METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]


@contextlib.contextmanager
def shown_under(path: str, upstream: str, *, strips: bool) -> Iterator[str]:
    """Run the proxy and give its address with the path; everything outside the path is answered 404.

    It passes the path on, or takes it off where it `strips`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with httpx.AsyncClient(base_url=upstream, timeout=60) as app.state.http:
            yield

    async def forward(request: Request) -> Response:
        if not request.url.path.startswith(f"{path}/"):
            return PlainTextResponse("another site", 404)
        address = request.scope["raw_path"].decode("ascii").removeprefix(path if strips else "")
        if request.url.query:
            address += f"?{request.url.query}"
        kept = [(name, value) for name, value in request.headers.raw if name not in OF_ONE_CONNECTION]
        http: httpx.AsyncClient = request.app.state.http
        passed_on = http.build_request(request.method, address, headers=kept, content=await request.body())
        answer = await http.send(passed_on, stream=True)
        try:
            body = b"".join([piece async for piece in answer.aiter_raw()])
        finally:
            await answer.aclose()
        response = Response(body, answer.status_code)
        response.raw_headers = [
            (name.lower(), value) for name, value in answer.headers.raw if name.lower() not in OF_ONE_CONNECTION
        ]
        return response

    app = Starlette(routes=[Route("/{path:path}", forward, methods=METHODS)], lifespan=lifespan)
    with open_socket("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            until(lambda: server.started)
            yield address_of(listener) + path
        finally:
            server.should_exit = True
            thread.join(timeout=30)
