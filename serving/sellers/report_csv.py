"""The report on a cluster as CSV: one file of its listings, and one of its links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from serving.reviews.answers_csv import csv_lines
from serving.schemas.enforcement.clusters import ClusterReport, ClusterSummary, LinkExample

ReportPart = Literal["listings", "links"]
LISTING_COLUMNS: Final = (
    "cluster_id", "seller_id", "seller_key", "listing_id", "url", "check_id", "product", "outcome", "decision",
    "authenticity", "amount", "currency", "first_check_at", "last_check_at", "linked_by",
)  # fmt: skip
LINK_COLUMNS: Final = (
    "cluster_id", "link_id", "left_seller_id", "left", "right_seller_id", "right", "kind", "strength", "values", "why",
    "left_check_id", "left_photo", "right_check_id", "right_photo",
)  # fmt: skip
CLUSTER_COLUMNS: Final = (
    "cluster_id", "sellers", "listings", "currency", "amount", "products", "kinds", "first_check_at", "last_check_at",
)  # fmt: skip


def report_csv(report: ClusterReport, part: ReportPart) -> str:
    """Give one part of a report."""
    return csv_lines(_listing_rows(report) if part == "listings" else _link_rows(report))


def clusters_csv(clusters: Iterable[ClusterSummary], *, header: bool) -> str:
    """Give clusters, one line for each currency of each, and one for a cluster without any price."""
    rows: list[Sequence[object]] = [CLUSTER_COLUMNS] if header else []
    for one in clusters:
        values = [(value.currency, f"{value.amount:.2f}") for value in one.values] or [("", "")]
        rows += [
            (
                one.cluster_id, one.sellers, one.listings, currency, amount,
                " ".join(one.products), " ".join(one.kinds), one.first_check_at, one.last_check_at,
            )
            for currency, amount in values
        ]  # fmt: skip
    return csv_lines(rows)


def _listing_rows(report: ClusterReport) -> Iterable[Sequence[object]]:
    yield LISTING_COLUMNS
    names = {seller.seller_key: seller.seller_id for seller in report.seller_nodes}
    kinds: dict[str, set[str]] = {}
    for link in report.links:
        for side in (link.left, link.right):
            kinds.setdefault(side, set()).add(link.kind)
    for one in report.listing_nodes:
        yield (
            report.cluster_id, names[one.seller_key], one.seller_key, one.listing_id, one.url, one.check_id,
            one.product, one.outcome, one.decision, one.authenticity, one.amount, one.currency, one.first_check_at,
            one.last_check_at, " ".join(sorted(kinds.get(one.seller_key, ()))),
        )  # fmt: skip


def _link_rows(report: ClusterReport) -> Iterable[Sequence[object]]:
    yield LINK_COLUMNS
    names = {seller.seller_key: seller.seller_id for seller in report.seller_nodes}
    for link in report.links:
        yield (
            report.cluster_id, link.link_id, names.get(link.left), link.left, names.get(link.right), link.right,
            link.kind, link.strength, link.values, link.why, *_where(link.examples[0] if link.examples else None),
        )  # fmt: skip


def _where(seen: LinkExample | None) -> Sequence[object]:
    """Give the last four cells of a link: where it can be seen."""
    if seen is None:
        return (None, None, None, None)
    return (seen.left_check_id, seen.left_photo, seen.right_check_id, seen.right_photo)
