"""Links between sellers that were taken away, as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from serving.reviews.answers_csv import answers_csv
from serving.schemas.enforcement.clusters import RemovedLink

COLUMNS: Final = (
    "removal_id", "link_id", "kind", "left", "left_seller_id", "right", "right_seller_id", "reason", "removed_at",
    "restored_at",
)  # fmt: skip


def removed_links_csv(links: Iterable[RemovedLink]) -> str:
    """Give one line a link, below the column names."""
    return answers_csv(COLUMNS, links)
