"""Clusters as they are answered: figures, the picture with its explained links, and the report."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from serving.schemas.checks import utc_text
from serving.schemas.enforcement.clusters import (
    ClusterDetail,
    ClusterLink,
    ClusterReport,
    ClusterSummary,
    LinkExample,
    RemovedLink,
)
from serving.sellers.clustering import PairLink
from serving.sellers.deciders import links_of
from serving.sellers.explanations import explain
from serving.sellers.kinds import strength_of
from serving.sellers.layout import Places, lay_out
from serving.store.sellers.cluster_pages import ClusterCheck, ClusterContent, ClusterFigures
from serving.store.sellers.removal_rows import Removal

SHOWN_SELLERS = 200
SHOWN_LISTINGS = 600
SHOWN_LINKS = 1500
EXAMPLES = 3
LINK_ID_CHARACTERS = 32


def link_id_of(kind: str, left: str, right: str) -> str:
    """Give the id of a link, which is the same whenever it is found again."""
    return hashlib.sha256("\0".join(("link", kind, left, right)).encode()).hexdigest()[:LINK_ID_CHARACTERS]


def summary_of(figures: ClusterFigures) -> ClusterSummary:
    """Give how large a cluster is."""
    return ClusterSummary.model_validate(_summary(figures))


def detail_of(content: ClusterContent) -> ClusterDetail:
    """Give a cluster as its page shows it: the largest sellers, with their strongest links."""
    by_seller = _by_seller(content.listings)
    sellers = _largest_first(by_seller)[:SHOWN_SELLERS]
    shown, every = set(sellers), _links(content)
    links = [link for link in every if link.left in shown and link.right in shown]
    here = _sellers_here(content)
    listings = [one for seller in sellers for one in by_seller[seller]][:SHOWN_LISTINGS]
    places = _places(sellers, links, listings)
    return ClusterDetail.model_validate(
        {
            **_summary(content.figures),
            "seller_nodes": [_seller(seller, by_seller[seller], places) for seller in sellers],
            "listing_nodes": [_listing(one, places) for one in listings],
            "links": [_link(link, content, here) for link in links[:SHOWN_LINKS]],
            "left_out": {
                "sellers": len(by_seller) - len(sellers),
                "listings": len(content.listings) - len(listings),
                "links": len(every) - min(len(links), SHOWN_LINKS),
            },
        }
    )


def report_of(content: ClusterContent, now: datetime.datetime) -> ClusterReport:
    """Give all that is known of a cluster."""
    by_seller = _by_seller(content.listings)
    sellers = _largest_first(by_seller)
    links, here = _links(content), _sellers_here(content)
    places = _places(sellers, links, content.listings)
    return ClusterReport.model_validate(
        {
            **_summary(content.figures),
            "generated_at": utc_text(now),
            "outcomes": _outcomes(content.listings),
            "confirmed_counterfeit": _confirmed(content.listings),
            "seller_nodes": [_seller(seller, by_seller[seller], places) for seller in sellers],
            "listing_nodes": [_listing(one, places) for one in content.listings],
            "links": [_link(link, content, here) for link in links],
        }
    )


def find_link(content: ClusterContent, link_id: str) -> PairLink | None:
    """Give the link of this id, None where the cluster has none."""
    return next((one for one in _links(content) if link_id_of(one.kind, one.left, one.right) == link_id), None)


def removed_link_of(removal: Removal) -> RemovedLink:
    """Give a removed link."""
    return RemovedLink.model_validate(
        {
            "removal_id": removal.removal_id,
            "link_id": link_id_of(removal.kind, removal.left_party, removal.right_party),
            "kind": removal.kind,
            "left": removal.left_party,
            "left_seller_id": removal.left_seller_id,
            "right": removal.right_party,
            "right_seller_id": removal.right_seller_id,
            "reason": removal.reason,
            "removed_at": utc_text(removal.removed_at),
            "restored_at": None if removal.restored_at is None else utc_text(removal.restored_at),
        }
    )


def _summary(figures: ClusterFigures) -> dict[str, Any]:
    return {
        "cluster_id": figures.cluster_id,
        "created_at": utc_text(figures.created_at),
        "updated_at": utc_text(figures.updated_at),
        "sellers": figures.sellers,
        "listings": figures.listings,
        **figures.figures,
        "first_check_at": utc_text(figures.first_at),
        "last_check_at": utc_text(figures.last_at),
    }


def _by_seller(listings: Iterable[ClusterCheck]) -> dict[str, list[ClusterCheck]]:
    found: dict[str, list[ClusterCheck]] = defaultdict(list)
    for one in listings:
        found[one.party].append(one)
    return found


def _largest_first(by_seller: dict[str, list[ClusterCheck]]) -> list[str]:
    return sorted(by_seller, key=lambda seller: (-len(by_seller[seller]), seller))


def _links(content: ClusterContent) -> list[PairLink]:
    """Give the links between sellers that have a listing here, strongest first."""
    return sorted(links_of(content.held, content.removed), key=lambda one: (-one.bits, one.left, one.right, one.kind))


def _places(sellers: Sequence[str], links: Sequence[PairLink], listings: Sequence[ClusterCheck]) -> Places:
    strengths: dict[tuple[str, str], float] = defaultdict(float)
    for link in links:
        strengths[link.left, link.right] += link.bits
    listed = _by_seller(listings)
    return lay_out(
        sellers,
        [(left, right, bits) for (left, right), bits in strengths.items()],
        {seller: [one.listing_key for one in listed.get(seller, [])] for seller in sellers},
    )


def _seller(seller: str, listings: Sequence[ClusterCheck], places: Places) -> dict[str, Any]:
    x, y = places.sellers[seller]
    return {
        "seller_key": seller,
        "seller_id": listings[0].seller_id,
        "listings": len(listings),
        "values": _values(listings),
        "outcomes": _outcomes(listings),
        "confirmed_counterfeit": _confirmed(listings),
        "first_check_at": utc_text(min(one.first_at for one in listings)),
        "last_check_at": utc_text(max(one.last_at for one in listings)),
        "x": x,
        "y": y,
    }


def _listing(one: ClusterCheck, places: Places) -> dict[str, Any]:
    x, y = places.listings[one.listing_key]
    return {
        "listing_key": one.listing_key,
        "seller_key": one.party,
        "listing_id": one.listing_id,
        "check_id": one.check_id,
        "product": one.product,
        "outcome": one.outcome,
        "decision": one.decision,
        "authenticity": one.authenticity,
        "url": one.url,
        "amount": one.amount,
        "currency": one.currency,
        "first_check_at": utc_text(one.first_at),
        "last_check_at": utc_text(one.last_at),
        "x": x,
        "y": y,
    }


def _sellers_here(content: ClusterContent) -> Counter[int]:
    """Give how many sellers of the cluster have each value."""
    return Counter(one.value_id for one in content.held)


def _link(link: PairLink, content: ClusterContent, here: Counter[int]) -> ClusterLink:
    examples = []
    for value_id in link.value_ids[:EXAMPLES]:
        left, right = content.sightings.get((link.left, value_id)), content.sightings.get((link.right, value_id))
        if left is not None and right is not None:
            examples.append(
                LinkExample(
                    left_check_id=left.check_id,
                    left_photo=left.photo,
                    right_check_id=right.check_id,
                    right_photo=right.photo,
                )
            )
    shown = [content.shown.get(value_id, "") for value_id in link.value_ids]
    return ClusterLink(
        link_id=link_id_of(link.kind, link.left, link.right),
        left=link.left,
        right=link.right,
        kind=link.kind,
        strength=strength_of(link.bits),
        values=len(link.value_ids),
        why=explain(link.kind, len(link.value_ids), shown, min(here[value_id] for value_id in link.value_ids)),
        examples=examples,
    )


def _values(listings: Iterable[ClusterCheck]) -> list[dict[str, object]]:
    sums: dict[str, float] = defaultdict(float)
    for one in listings:
        if one.amount is not None and one.currency is not None:
            sums[one.currency] += one.amount
    return [{"currency": currency, "amount": round(sums[currency], 2)} for currency in sorted(sums)]


def _outcomes(listings: Iterable[ClusterCheck]) -> dict[str, int]:
    return dict(sorted(Counter(one.outcome for one in listings).items()))


def _confirmed(listings: Iterable[ClusterCheck]) -> int:
    return sum(one.decision == "counterfeit" for one in listings)
