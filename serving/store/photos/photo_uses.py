"""What has photos: each table that names one by its SHA-256. What no such row names is an orphan, and is removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select, true
from sqlalchemy.orm import Session

from serving.store.tables import BuyPhotoRow, CasePhotoRow, JobLinePhotoRow, PhotoRow


class PhotoUse(NamedTuple):
    """A column of SHA-256s, and which of its rows have the bytes."""

    sha256: SQLColumnExpression[str]
    has_bytes: ColumnElement[bool]

    @property
    def query(self) -> Select[str]:
        """Select the SHA-256s of all its photos."""
        return select(self.sha256).where(self.has_bytes)


# Those of test buys count from the request on, before their bytes are stored: see buy_photos.py.
PHOTO_USES: Final[tuple[PhotoUse, ...]] = (
    PhotoUse(PhotoRow.sha256, PhotoRow.kept.is_(True)),
    PhotoUse(JobLinePhotoRow.sha256, true()),
    PhotoUse(CasePhotoRow.sha256, true()),
    PhotoUse(BuyPhotoRow.sha256, true()),
)


def find_used(session: Session, sha256s: Sequence[str]) -> set[str]:
    """Give those of some photos' SHA-256s that something has."""
    return {found for use in PHOTO_USES for found in session.scalars(use.query.where(use.sha256.in_(sha256s)))}
