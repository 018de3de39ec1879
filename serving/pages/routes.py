"""The pages: HTML shells whose modules talk to the HTTP API from the browser, and the API's own page.

The shells hold no data and need no API key; everything they show is fetched from `/v1` and set as text. Static files
live under a path that carries their content's hash, so a browser keeps them for good and never mixes two versions.
"""

import hashlib
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from serving.pages.headers import API_PAGE_POLICY, PAGE_HEADERS, STATIC_HEADERS
from vision.photo.format import FORMATS_IN_WORDS

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
SWAGGER = Path(fastapi_offline.__file__).parent / "static"  # only its files are used: Swagger UI without a CDN

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

ErrorHandler = Callable[[Request, Exception], Response | Awaitable[Response]]


def mount_pages(app: FastAPI) -> None:
    """Add the pages, their static files and a 404 page for browsers to an app that already has its API and handlers."""
    app.include_router(router)
    app.mount(STATIC_PATH, PageFiles(directory=STATIC), name="page_files")
    app.mount(SWAGGER_PATH, PageFiles(directory=SWAGGER), name="swagger_files")
    app.add_exception_handler(404, not_found_handler(app.exception_handlers.get(HTTPException)))


@router.get("/")
def show_upload() -> Response:
    """The page that takes photos and shows their verdict."""
    return render_page("upload.html")


@router.get("/checks")
def show_checks() -> Response:
    """The list of checks, with filters and review keys."""
    return render_page("checks.html")


@router.get("/checks/{check_id}")
def show_check(check_id: str) -> Response:
    """One check read back; the page's module takes the id from the address."""
    return render_page("check.html")


@router.get("/bundles")
def show_bundles() -> Response:
    """The bundles that serve, what may be done with them, and how a shadow compares."""
    return render_page("bundles.html")


@router.get("/drift")
def show_drift() -> Response:
    """The latest windows of checks beside each bundle's validation."""
    return render_page("drift.html")


@router.get("/docs")
def show_api() -> Response:
    """The HTTP contract to read and to try; it asks nobody but this server."""
    page = render_page("api.html")
    page.headers["Content-Security-Policy"] = API_PAGE_POLICY
    return page


@router.get("/favicon.ico")
def show_icon() -> Response:
    """The logo, for browsers that ask for an icon without reading the page."""
    icon = (STATIC / "logo.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


def render_page(name: str, status: int = 200) -> Response:
    """One template as an HTML answer with the pages' security headers; revalidated by the browser at each visit."""
    html = TEMPLATES.get_template(name).render(static=STATIC_PATH, swagger=SWAGGER_PATH)
    return HTMLResponse(html, status_code=status, headers=PAGE_HEADERS)


def not_found_handler(fallback: ErrorHandler | None) -> ErrorHandler:
    """A handler that answers 404 with a page to a browser's visit, and leaves the API's own answer to everyone else."""

    async def answer_not_found(request: Request, error: Exception) -> Response:
        if fallback is None or is_page_visit(request):
            return render_page("not_found.html", status=404)
        answer = fallback(request, error)
        return answer if isinstance(answer, Response) else await answer

    return answer_not_found


def is_page_visit(request: Request) -> bool:
    """Whether a browser asked for a page, as opposed to a program asking the API."""
    wants_html = "text/html" in request.headers.get("accept", "")
    return request.method in {"GET", "HEAD"} and wants_html and not request.url.path.startswith("/v1/")


class PageFiles(StaticFiles):
    """Static files that never change under their address: cached for a year, with the pages' security headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file; see `StaticFiles.get_response`."""
        response = await super().get_response(path, scope)
        response.headers.update(STATIC_HEADERS)
        return response


def static_version(folder: Path) -> str:
    """Twelve hex digits of the SHA-256 over the folder's file names and contents."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


STATIC_PATH = f"/static/{static_version(STATIC)}"
SWAGGER_PATH = f"/static/swagger-{version('fastapi-offline')}"
TEMPLATES = Environment(loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined)
TEMPLATES.globals["photo_formats"] = FORMATS_IN_WORDS
