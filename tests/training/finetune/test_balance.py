from pathlib import Path

import numpy as np
import pytest

from training.data.manifest import Label, PhotoRow
from training.finetune.balance import photo_weights


def rows_of(*groups: tuple[str, Label, int], listing: str | None = None) -> list[PhotoRow]:
    """Rows of (product, label, photos), each photo a listing of its own unless `listing` names one for all."""
    return [
        PhotoRow(
            row=1, photo=Path("unread.jpg"), label=label, product=product, listing=listing or f"{product}-{label}-{i}"
        )
        for product, label, photos in groups
        for i in range(photos)
    ]


def share(rows: list[PhotoRow], weights: np.ndarray, **wanted: str) -> float:
    members = [all(getattr(row, key) == value for key, value in wanted.items()) for row in rows]
    return float(weights[members].sum() / weights.sum())


def test_without_balance_every_photo_weighs_one() -> None:
    rows = rows_of(("shoe", "genuine", 3), ("shoe", "counterfeit", 1))
    assert photo_weights(rows, balance="none", listing_cap=12).tolist() == [1, 1, 1, 1]


def test_labels_weigh_alike_in_total() -> None:
    rows = rows_of(("shoe", "genuine", 3), ("bag", "counterfeit", 1))
    weights = photo_weights(rows, balance="label", listing_cap=12)
    assert weights.tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_labels_weigh_alike_within_each_product_and_products_keep_their_share() -> None:
    rows = rows_of(("shoe", "genuine", 9), ("shoe", "counterfeit", 3), ("bag", "genuine", 1), ("bag", "counterfeit", 3))
    weights = photo_weights(rows, balance="product", listing_cap=12)
    assert share(rows, weights, product="shoe") == pytest.approx(0.75)
    assert share(rows, weights, product="shoe", label="genuine") == pytest.approx(0.375)
    assert share(rows, weights, product="bag", label="genuine") == pytest.approx(0.125)
    assert weights.sum() == pytest.approx(len(rows))


def test_a_product_with_one_label_leaves_both_labels_even_in_total() -> None:
    rows = rows_of(("shoe", "genuine", 2), ("shoe", "counterfeit", 2), ("bag", "counterfeit", 4))
    weights = photo_weights(rows, balance="product", listing_cap=12)
    assert share(rows, weights, label="genuine") == pytest.approx(0.5)


def test_a_listing_with_many_photos_weighs_as_much_as_the_cap() -> None:
    rows = rows_of(("shoe", "genuine", 40), listing="big") + rows_of(("shoe", "genuine", 10), listing="usual")
    weights = photo_weights(rows, balance="none", listing_cap=10)
    assert share(rows, weights, listing="big") == pytest.approx(0.5)
