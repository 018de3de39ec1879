"""The section of a cluster: its sellers, why they are linked, its listings, and the checks of these."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from serving.clock import utc_now
from serving.evidence.contents.checks import add_checks
from serving.evidence.contents.sections import Block, Facts, Gathering, Grid, Section, Text
from serving.evidence.contents.sources import Sources
from serving.principal import Principal
from serving.schemas.enforcement.clusters import ClusterListing, ClusterReport, ClusterSeller, ClusterValue
from serving.sellers.answers import report_of

SHOWN: Final = 300  # of each table in the report; the ZIP has all
_FIRST: Final = ("counterfeit", "review")  # outcomes whose photos come first, where not all have room
NO_PROOF: Final = (
    "A link is a reason to look into two sellers together. It is not proof that they are one: photos are copied, and "
    "several may sell for one source."
)


async def add_cluster(
    gathering: Gathering, sources: Sources, principal: Principal, cluster_id: str, *, max_checks: int
) -> ClusterReport:
    """Add a cluster with the latest checks of its listings; raises ClusterNotFound."""
    report = report_of(await sources.store.cluster_pages.find(principal, cluster_id), utc_now())
    gathering.objects.append(("cluster", report.cluster_id))
    gathering.write_json("cluster/cluster.json", json.loads(report.model_dump_json()))
    blocks: list[Block] = [_facts(report), Text(text=NO_PROOF), _sellers(report), _links(report), _listings(report)]
    gathering.sections.append(Section(title=f"Cluster {report.cluster_id}", blocks=tuple(blocks)))
    check_ids = [one.check_id for one in sorted(report.listing_nodes, key=_order)]
    await add_checks(gathering, sources, principal, check_ids, max_checks=max_checks)
    return report


def _order(one: ClusterListing) -> tuple[bool, int]:
    """Confirmed counterfeits first, then flagged and unsure ones."""
    place = _FIRST.index(one.outcome) if one.outcome in _FIRST else len(_FIRST)
    return one.decision != "counterfeit", place


def _facts(report: ClusterReport) -> Facts:
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(report.outcomes.items()))
    return Facts(
        rows=(
            ("Sellers", str(report.sellers)),
            ("Listings", str(report.listings)),
            ("Outcomes", outcomes or "none"),
            ("Confirmed counterfeit", f"{report.confirmed_counterfeit} by a reviewer"),
            ("Asked for all", _values(report.values)),
            ("Products", ", ".join(report.products)),
            ("Checked", f"{report.first_check_at} to {report.last_check_at}"),
        )
    )


def _sellers(report: ClusterReport) -> Block:
    return _grid(
        ("Seller", "Listings", "Counterfeit", "Asked", "Since"),
        [_seller(one) for one in report.seller_nodes],
        (0.32, 0.12, 0.14, 0.2, 0.22),
    )


def _seller(one: ClusterSeller) -> tuple[str, ...]:
    found = f"{one.outcomes.get('counterfeit', 0)} flagged, {one.confirmed_counterfeit} confirmed"
    return (one.seller_id or "a listing by itself", str(one.listings), found, _values(one.values), one.first_check_at)


def _links(report: ClusterReport) -> Block:
    names = {one.seller_key: one.seller_id or one.seller_key for one in report.seller_nodes}
    rows = [(names.get(one.left, one.left), names.get(one.right, one.right), one.why) for one in report.links]
    return _grid(("Seller", "And", "Why they are linked"), rows, (0.22, 0.22, 0.56))


def _listings(report: ClusterReport) -> Block:
    names = {one.seller_key: one.seller_id or "" for one in report.seller_nodes}
    rows = [
        (one.listing_id or one.url or "", names.get(one.seller_key, ""), one.outcome, one.check_id)
        for one in report.listing_nodes
    ]
    return _grid(("Listing", "Seller", "Outcome", "Check"), rows, (0.28, 0.22, 0.16, 0.34))


def _grid(header: tuple[str, ...], rows: Sequence[tuple[str, ...]], widths: tuple[float, ...]) -> Grid:
    shown = tuple(rows[:SHOWN])
    if len(rows) > SHOWN:
        shown = (*shown, (f"and {len(rows) - SHOWN} more, in the ZIP", *("" for _ in header[1:])))
    return Grid(header=header, rows=shown, widths=widths)


def _values(values: Sequence[ClusterValue]) -> str:
    return ", ".join(f"{one.amount:.2f} {one.currency}" for one in values) or "not stated"
