"""Checks whose traces are stored without reading a photo."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from serving.sellers.deciders import COMMON_FROM, DECIDERS
from serving.sellers.traced import listing_key_of, party_of
from serving.store.sellers.trace_rows import NewTraces, PictureValue, TextValue
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW, new_check


def contact(text: str) -> TextValue:
    return TextValue(kind="contact", text=text, shown=f"phone …{text[-1:]}")


def picture(bits: NDArray[np.uint8], *trimmed: NDArray[np.uint8], kind: str = "photo") -> PictureValue:
    """A photo by its hash, and by those of trimmed copies of it."""
    return PictureValue(
        kind=kind, space=0, photo=0, lookups=np.stack([bits, *trimmed]), own=1, near_bits=31, trimmed_near_bits=28,
        shown="",
    )  # fmt: skip


async def sell(
    store: Store,
    seller: str | None,
    *texts: TextValue,
    product: str = "toy",
    listing: str | None = None,
    pictures: Sequence[PictureValue] = (),
    price: float | None = None,
) -> str:
    """Store a check of a seller with what it shares, without computing clusters; gives its id."""
    new = new_check()
    answer = new.answer.model_copy(update={"product": product, "listing_id": listing})
    await store.check_rows.add(dataclasses.replace(new, answer=answer, seller_id=seller))
    key = listing_key_of(product, listing, answer.check_id)
    await store.trace_rows.add(
        NewTraces(
            check_id=answer.check_id,
            listing_key=key,
            party=party_of(seller, key),
            product=product,
            amount=price,
            currency=None if price is None else "EUR",
            texts=texts,
            pictures=pictures,
        ),
        COMMON_FROM,
    )
    return answer.check_id


async def compute(store: Store) -> None:
    """Compute the clusters of all sellers that changed."""
    while await store.cluster_rows.refresh(DECIDERS, NOW):
        pass
