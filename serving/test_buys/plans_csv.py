"""Plans of test buys, as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.buys import BuyPlan

COLUMNS: Final = (
    "plan_id", "created_at", "state", "accepted_at", "quarter", "since", "until", "product", "country", "currency",
    "budget", "default_price", "shipping", "min_price", "max_price", "random_share", "seed", "frame_sha256",
    "frame_size", "expected_cost", "cost",
)  # fmt: skip


def plans_csv(plans: Iterable[BuyPlan]) -> str:
    """Give one line a plan, below the column names."""
    return answers_csv(COLUMNS, plans)
