from __future__ import annotations

from sqlalchemy import String

from serving.store.photos.photo_uses import PHOTO_USES
from serving.store.tables import Table

# Hashes that name something else than a photo that is kept.
OTHER_HASHES = {"api_keys.sha256"}


def test_every_table_that_names_a_photo_keeps_it_from_the_cleanup() -> None:
    named = {
        f"{table.name}.{column.name}"
        for table in Table.metadata.tables.values()
        for column in table.columns
        if column.name in ("sha256", "photo_sha256") and isinstance(column.type, String)
    }
    assert {f"{use.sha256.table.name}.sha256" for use in PHOTO_USES} == named - OTHER_HASHES  # type: ignore[attr-defined]
