"""The pages: HTML shells whose modules talk to the HTTP API from the browser, and the reference of that API.

The shells hold no data and need no API key; everything they show is fetched from `/v1` and set as text.
"""

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from serving.pages.api_reference import read_reference
from serving.pages.not_found import not_found_handler
from serving.pages.rendering import render_page
from serving.pages.static_files import STATIC, STATIC_PATH, PageFiles
from serving.services import services_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def mount_pages(app: FastAPI) -> None:
    """Add the pages, their static files and a 404 page for browsers to an app that already has its API and handlers."""
    app.include_router(router)
    app.mount(STATIC_PATH, PageFiles(directory=STATIC), name="page_files")
    app.add_exception_handler(404, not_found_handler(app.exception_handlers.get(HTTPException)))


@router.get("/")
def show_upload(request: Request) -> Response:
    """The page that takes photos and shows their verdict."""
    return render_page(request, "upload.html", fetches_photos=services_of(request).checks.fetches_photos)


@router.get("/checks")
def show_checks(request: Request) -> Response:
    """The list of checks, with filters and review keys."""
    return render_page(request, "checks.html")


@router.get("/checks/{check_id}")
def show_check(request: Request, check_id: str) -> Response:
    """One check read back; the page's module takes the id from the address."""
    return render_page(request, "check.html")


@router.get("/cases")
def show_cases(request: Request) -> Response:
    """The list of takedown cases, with filters, clocks, and moves of several."""
    return render_page(request, "enforcement/cases.html")


@router.get("/cases/{case_id}")
def show_case(request: Request, case_id: str) -> Response:
    """One case with its clock, its moves and its history; the page's module takes the id from the address."""
    return render_page(request, "enforcement/case.html")


@router.get("/clusters")
def show_clusters(request: Request) -> Response:
    """The clusters of sellers that share something, largest first."""
    return render_page(request, "enforcement/clusters.html")


@router.get("/clusters/{cluster_id}")
def show_cluster(request: Request, cluster_id: str) -> Response:
    """One cluster as a picture, with its links and their reasons."""
    return render_page(request, "enforcement/cluster.html")


@router.get("/test-buys")
def show_test_buys(request: Request) -> Response:
    """The estimates of test buys, their plans, and the list of purchases."""
    return render_page(request, "enforcement/test_buys.html")


@router.get("/test-buys/{buy_id}")
def show_test_buy(request: Request, buy_id: str) -> Response:
    """One test buy with its examination, its photos and its moves; the page's module takes the id from the address."""
    return render_page(request, "enforcement/test_buy.html")


@router.get("/notices/{token}")
def show_notice(request: Request, token: str) -> Response:
    """A seller's notice by its link, with a form for evidence against it; it needs no key."""
    return render_page(request, "enforcement/notice.html")


@router.get("/dashboard")
def show_dashboard(request: Request) -> Response:
    """The service level of takedown cases, by week and by group, with every late case."""
    return render_page(request, "enforcement/dashboard.html")


@router.get("/groups")
def show_groups(request: Request) -> Response:
    """The working groups of a member: agreements, what is shared, and questions; the group is in the query."""
    return render_page(request, "enforcement/groups.html")


@router.get("/standing")
def show_standing(request: Request) -> Response:
    """How members and rules stand as notifiers: fast track, misuse, and trusted flaggers."""
    return render_page(request, "enforcement/standing.html")


@router.get("/complaints")
def show_complaints(request: Request) -> Response:
    """The complaints of all cases, to be decided by a person; for the operator."""
    return render_page(request, "enforcement/complaints.html")


@router.get("/case-rules")
def show_case_rules(request: Request) -> Response:
    """The rules by which checks open cases; for the operator."""
    return render_page(request, "enforcement/case_rules.html")


@router.get("/transparency")
def show_transparency(request: Request) -> Response:
    """The quarters whose public figures anyone may read, without a key; to the operator also drafts."""
    return render_page(request, "enforcement/transparency.html")


@router.get("/transparency/{quarter}")
def show_report(request: Request, quarter: str) -> Response:
    """The public figures of a quarter; the page's module takes it from the address."""
    return render_page(request, "enforcement/report.html")


@router.get("/jobs")
def show_jobs(request: Request) -> Response:
    """The jobs with their progress and failures, and a form to send one."""
    return render_page(request, "jobs.html")


@router.get("/bundles")
def show_bundles(request: Request) -> Response:
    """The bundles that serve, the actions on them, and the comparison with a shadow."""
    return render_page(request, "bundles.html")


@router.get("/drift")
def show_drift(request: Request) -> Response:
    """The latest windows of checks beside each bundle's validation."""
    return render_page(request, "drift.html")


@router.get("/keys")
def show_keys(request: Request) -> Response:
    """The API keys, and making, rotating and revoking them."""
    return render_page(request, "keys.html")


@router.get("/webhooks")
def show_webhooks(request: Request) -> Response:
    """The endpoints of webhooks with how their deliveries go, their logs, and replay."""
    return render_page(request, "webhooks.html")


@router.get("/audit-log")
def show_audit_log(request: Request) -> Response:
    """Who did what from where, whether the chain of entries holds, and the export."""
    return render_page(request, "audit_log.html")


@router.get("/docs")
def show_api(request: Request) -> Response:
    """The HTTP contract to read and to try."""
    return render_page(request, "api.html", reference=read_reference(request.app.openapi()))


@router.get("/favicon.ico")
def show_icon() -> Response:
    """The logo, for browsers that ask for an icon without reading the page."""
    icon = (STATIC / "shared" / "logo.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


PAGE_PATHS = (*(route.path for route in router.routes if isinstance(route, APIRoute)), STATIC_PATH)
