"""The 404 page: for a browser's visit, while programs get the API's own answer."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from serving.pages.rendering import render_page

ErrorHandler = Callable[[Request, Exception], Response | Awaitable[Response]]


def not_found_handler(fallback: ErrorHandler | None) -> ErrorHandler:
    """Make a handler that answers 404 with a page to a browser, and with the API's own problem to programs."""

    async def answer_not_found(request: Request, error: Exception) -> Response:
        if fallback is None or is_page_visit(request):
            return render_page(request, "not_found.html", status=404)
        answer = fallback(request, error)
        return answer if isinstance(answer, Response) else await answer

    return answer_not_found


def is_page_visit(request: Request) -> bool:
    """Whether a browser requests a page, as opposed to a program calling the API."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    wants_html = "text/html" in request.headers.get("accept", "")
    return request.method in {"GET", "HEAD"} and wants_html and not path.startswith("/v1/")
