from __future__ import annotations

from serving.routes.openapi.examples_clusters import CLUSTER_EXAMPLES
from serving.schemas.enforcement.clusters import RemovedLink
from serving.sellers.removed_csv import COLUMNS, removed_links_csv


def test_a_removed_link_is_a_row_with_everything_that_the_api_gives_of_it() -> None:
    link = RemovedLink.model_validate({**CLUSTER_EXAMPLES["RemovedLink"], "left_seller_id": "@s"})
    header, row = removed_links_csv([link]).splitlines()
    assert set(COLUMNS) == set(RemovedLink.model_fields)
    assert header == ",".join(COLUMNS)
    assert ",'@s," in row
