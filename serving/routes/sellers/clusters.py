"""Clusters of sellers: their list, one with its picture, the report on it, and links taken away and restored."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from serving.audit_log.entry import new_entry
from serving.clock import utc_now
from serving.errors import CurrencyUnknown, CursorInvalid, LinkNotFound
from serving.http.check_body import read_json
from serving.http.cursors import UNKNOWN, cursor_of, number_in, page_of, place_in
from serving.principal import Principal
from serving.routes.auth import require
from serving.routes.csv_files import MAX_ROWS, csv_file
from serving.routes.openapi.contract import json_body, problems
from serving.schemas.countries import Currency
from serving.schemas.enforcement.clusters import (
    ClusterCases,
    ClusterCasesSent,
    ClusterDetail,
    ClusterPage,
    ClusterReport,
    ClusterSort,
    LinkRemovalSent,
    RemovedLink,
    RemovedLinkPage,
)
from serving.sellers.answers import detail_of, find_link, removed_link_of, report_of, summary_of
from serving.sellers.cases import cases_for
from serving.sellers.removed_csv import removed_links_csv
from serving.sellers.report_csv import ReportPart, clusters_csv, report_csv
from serving.services import cases_of, investigations_of, services_of, store_of
from serving.store.sellers.cluster_pages import ClusterList, ClusterPlace
from serving.store.sellers.removal_rows import NewRemoval

router = APIRouter(prefix="/v1", tags=["clusters"])
MAX_BODY_BYTES = 64 * 1024
CSV_PAGE = 500
MAX_CSV_CLUSTERS = 50_000
MAX_REMOVAL = 10**15
NEVER_STORED = {"Cache-Control": "no-store"}
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
Reader = Annotated[Principal, Depends(require("read"))]
Worker = Annotated[Principal, Depends(require("cases"))]
Sort = Annotated[
    ClusterSort, Query(description="`size`: by listings; `value`: by what they ask in `currency`. Largest first.")
]
RankedIn = Annotated[
    Currency | None,
    Query(description="ISO 4217 code of the currency to rank by, with `sort=value`; left out: the most frequent one."),
]
Cursor = Annotated[str | None, Query(description="`next_cursor` of the page before, with the same `sort`.")]


@router.get("/clusters", responses=problems(401, 404, 422, 503), summary="List clusters of sellers")
async def list_clusters(
    request: Request,
    response: Response,
    caller: Reader,
    sort: Sort = "size",
    currency: RankedIn = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Clusters in a page.")] = 50,
) -> ClusterPage:
    """Give one page of the clusters of sellers that share photos, surroundings, contacts or texts, largest first.

    A member's are of its own products alone. A new check is in a cluster seconds after its answer.
    """
    response.headers.update(NEVER_STORED)
    currencies = await store_of(request).cluster_pages.find_currencies(caller)
    found = await _find_page(request, caller, sort, _known(currency, currencies, sort), cursor, limit)
    return ClusterPage(
        clusters=[summary_of(one) for one in found.clusters],
        currencies=currencies,
        next_cursor=None
        if found.next_place is None
        else cursor_of(sort, found.next_place.key, found.next_place.cluster_id),
    )


@router.get(
    "/clusters.csv",
    response_class=Response,
    responses={**CSV_ANSWER, **problems(401, 404, 422, 503)},
    summary="All clusters as CSV",
)
async def export_clusters(request: Request, caller: Reader, sort: Sort = "size", currency: RankedIn = None) -> Response:
    """Give every cluster as a row of CSV for each of its currencies (RFC 4180, UTF-8)."""
    store = store_of(request)
    known = _known(currency, await store.cluster_pages.find_currencies(caller), sort)
    parts = [clusters_csv([], header=True)]
    cursor: str | None = None
    for _ in range(MAX_CSV_CLUSTERS // CSV_PAGE):
        found = await _find_page(request, caller, sort, known, cursor, CSV_PAGE)
        parts.append(clusters_csv([summary_of(one) for one in found.clusters], header=False))
        if found.next_place is None:
            break
        cursor = cursor_of(sort, found.next_place.key, found.next_place.cluster_id)
    await store.audit_rows.append(new_entry(caller, "cluster.exported", "clusters", "csv"))
    return csv_file("".join(parts), "clusters.csv")


@router.get("/clusters/{cluster_id}", responses=problems(401, 404, 422, 503), summary="Read a cluster")
async def get_cluster(request: Request, response: Response, cluster_id: str, caller: Reader) -> ClusterDetail:
    """Give a cluster with its sellers, listings and links, and where each stands in the picture of it.

    Every link says why, and can be taken away. The places are the same whenever the cluster is the same.
    """
    response.headers.update(NEVER_STORED)
    return detail_of(await store_of(request).cluster_pages.find(caller, cluster_id))


@router.get("/clusters/{cluster_id}/report", responses=problems(401, 404, 422, 503), summary="Report on a cluster")
async def get_cluster_report(request: Request, cluster_id: str, caller: Reader) -> ClusterReport:
    """Give the report for investigators: who, what, how many, since when, and every link with its reason."""
    report = await _report(request, caller, cluster_id)
    headers = {**NEVER_STORED, "Content-Disposition": f'attachment; filename="cluster-{report.cluster_id}.json"'}
    return JSONResponse(report.model_dump(mode="json"), headers=headers)  # type: ignore[return-value]


@router.get(
    "/clusters/{cluster_id}/report.csv",
    response_class=Response,
    responses={**CSV_ANSWER, **problems(401, 404, 422, 503)},
    summary="Report on a cluster as CSV",
)
async def export_cluster_report(
    request: Request,
    cluster_id: str,
    caller: Reader,
    part: Annotated[
        ReportPart, Query(description="`listings`: one row a listing; `links`: one row a link.")
    ] = "listings",
) -> Response:
    """Give one part of the report as CSV (RFC 4180, UTF-8)."""
    report = await _report(request, caller, cluster_id)
    return csv_file(report_csv(report, part), f"cluster-{report.cluster_id}-{part}.csv")


@router.post(
    "/clusters/{cluster_id}/links/{link_id}/removal",
    status_code=201,
    openapi_extra=json_body(LinkRemovalSent),
    responses=problems(400, 401, 404, 408, 413, 415, 422, 503),
    summary="Take a link away",
)
async def remove_link(request: Request, cluster_id: str, link_id: str, caller: Worker) -> RemovedLink:
    """Take a link away with a reason: it counts for nothing from then on, also where it is found again.

    The cluster may fall apart by it. Sent again, it changes nothing and is answered as the first time.
    """
    store = store_of(request)
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, LinkRemovalSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    earlier = await store.removal_rows.find_active(caller)
    known = next((one for one in map(removed_link_of, earlier) if one.link_id == link_id), None)
    if known is not None:
        return known
    link = find_link(await store.cluster_pages.find(caller, cluster_id), link_id)
    if link is None:
        raise LinkNotFound(f"cluster {cluster_id} has no link with the link_id {link_id[:80]!r}; read the cluster anew")
    new = NewRemoval(cluster_id=cluster_id, kind=link.kind, left=link.left, right=link.right, reason=sent.reason)
    removal = await store.removal_rows.remove(caller, new, utc_now())
    await investigations_of(request).refresh()
    return removed_link_of(removal)


@router.post(
    "/clusters/{cluster_id}/cases",
    status_code=201,
    openapi_extra=json_body(ClusterCasesSent),
    responses=problems(400, 401, 404, 408, 409, 413, 415, 422, 503),
    summary="Open cases for a whole cluster",
)
async def create_cluster_cases(request: Request, cluster_id: str, caller: Worker) -> ClusterCases:
    """Ask for the listings of a cluster to be taken down: one case a product. Sent again, it gives the same ones.

    Left out are listings that already have a case of their product that has not ended; `left_out` says how many.
    """
    timeout_s = services_of(request).upload_timeout_s
    sent = await read_json(request, ClusterCasesSent, max_bytes=MAX_BODY_BYTES, timeout_s=timeout_s)
    content = await store_of(request).cluster_pages.find(caller, cluster_id)
    cases = cases_of(request)
    opened = [await cases.open_rest(caller, new) for new in cases_for(caller, content, sent)]
    return ClusterCases(
        cases=[await cases.find(caller, one.case.case_id) for one in opened if one.case is not None],
        left_out=sum(one.left_out for one in opened),
    )


@router.get("/removed-links", responses=problems(401, 404, 422, 503), summary="List links taken away")
async def list_removed_links(
    request: Request,
    response: Response,
    caller: Reader,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Removed links in a page.")] = 50,
) -> RemovedLinkPage:
    """Give the links that were taken away, newest first, also those that were restored."""
    response.headers.update(NEVER_STORED)
    before = number_in(cursor, highest=MAX_REMOVAL)
    found = await store_of(request).removal_rows.find_page(caller, limit=limit + 1, before=before)
    shown, next_cursor = page_of(found, limit, lambda removed: str(removed.removal_id))
    return RemovedLinkPage(removed_links=[removed_link_of(one) for one in shown], next_cursor=next_cursor)


@router.get(
    "/removed-links.csv",
    response_class=Response,
    responses={**CSV_ANSWER, **problems(401, 404, 422, 503)},
    summary="Links taken away as CSV",
)
async def export_removed_links(request: Request, caller: Reader) -> Response:
    """Give the newest 10,000 links that were taken away as rows of CSV (RFC 4180, UTF-8)."""
    found = await store_of(request).removal_rows.find_page(caller, limit=MAX_ROWS)
    return csv_file(removed_links_csv(map(removed_link_of, found)), "removed-links.csv")


@router.post(
    "/removed-links/{removal_id}/restoration", responses=problems(401, 404, 422, 503), summary="Restore a link"
)
async def restore_link(request: Request, removal_id: str, caller: Worker) -> RemovedLink:
    """Let a removed link count again; sent again, it changes nothing."""
    number = int(removal_id) if removal_id.isascii() and removal_id.isdigit() and len(removal_id) < 16 else 0
    removal = await store_of(request).removal_rows.restore(caller, number, utc_now())
    await investigations_of(request).refresh()
    return removed_link_of(removal)


async def _report(request: Request, caller: Principal, cluster_id: str) -> ClusterReport:
    store = store_of(request)
    report = report_of(await store.cluster_pages.find(caller, cluster_id), utc_now())
    await store.audit_rows.append(new_entry(caller, "cluster.exported", "cluster", report.cluster_id))
    return report


async def _find_page(
    request: Request, caller: Principal, sort: ClusterSort, currency: str | None, cursor: str | None, limit: int
) -> ClusterList:
    after = None if cursor is None else _place_of(cursor, sort)
    return await store_of(request).cluster_pages.find_page(
        caller, sort=sort, limit=limit, currency=currency, after=after
    )


def _known(currency: str | None, currencies: list[str], sort: ClusterSort) -> str | None:
    """Give the currency to rank by; raises CurrencyUnknown."""
    if sort != "value":
        return None
    if currency is not None and currency not in currencies:
        raise CurrencyUnknown(f"currency: no cluster has a value in {currency}; send one of {currencies} or none")
    return currency or next(iter(currencies), None)


def _place_of(cursor: str, sort: ClusterSort) -> ClusterPlace:
    key, cluster_id = place_in(cursor, sort, 2)
    if not isinstance(key, (int, float)) or isinstance(key, bool) or not isinstance(cluster_id, str):
        raise CursorInvalid(UNKNOWN)
    return ClusterPlace(key=key, cluster_id=cluster_id)
