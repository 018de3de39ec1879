"""The takedown cases of a whole cluster: one a product, since a case is about one right of one holder."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator

from serving.principal import Principal
from serving.schemas.enforcement.cases import MAX_LISTINGS
from serving.schemas.enforcement.clusters import ClusterCasesSent
from serving.store.cases.case_values import NewCase, NewListing
from serving.store.sellers.cluster_pages import ClusterCheck, ClusterContent


def cases_for(principal: Principal, content: ClusterContent, sent: ClusterCasesSent) -> list[NewCase]:
    """Give the cases that together have every listing of a cluster.

    Asked for twice they are the same ones; a cluster that grew since has new ones, of the listings that are in no case
    yet: who opens them leaves out the others.
    """
    by_product = itertools.groupby(sorted(content.listings, key=_order), key=lambda one: one.product)
    return [
        NewCase(
            opened_by="cluster",
            listings=tuple(_listing(one) for one in some),
            country=sent.country,
            product=product,
            ground=sent.ground,
            statement=sent.statement,
            member_id=principal.member_id,
            origin_key=_origin_key(principal, content.figures.cluster_id, some),
        )
        for product, listings in by_product
        for some in _in_parts(list(listings))
    ]


def _order(one: ClusterCheck) -> tuple[str, str]:
    return one.product, one.listing_key


def _in_parts(listings: list[ClusterCheck]) -> Iterator[list[ClusterCheck]]:
    for start in range(0, len(listings), MAX_LISTINGS):
        yield listings[start : start + MAX_LISTINGS]


def _listing(one: ClusterCheck) -> NewListing:
    return NewListing(
        listing_id=one.listing_id,
        seller_id=one.seller_id,
        url=one.url,
        check_id=one.check_id,
        value_amount=one.amount,
        value_currency=one.currency,
    )


def _origin_key(principal: Principal, cluster_id: str, listings: list[ClusterCheck]) -> str:
    named = "\0".join(["cluster", principal.member_id or "", cluster_id, *(one.listing_key for one in listings)])
    return hashlib.sha256(named.encode()).hexdigest()
