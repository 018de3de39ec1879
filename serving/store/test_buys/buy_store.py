"""Everything of test buys in one store."""

from __future__ import annotations

from collections.abc import Callable

from serving.store.database.database import Database
from serving.store.photos.photo_store import PhotoStore
from serving.store.test_buys.buy_photos import BuyPhotos
from serving.store.test_buys.buy_rows import BuyRows
from serving.store.test_buys.checklist_rows import ChecklistRows
from serving.store.test_buys.frame_rows import FrameRows
from serving.store.test_buys.plan_rows import PlanRows


class BuyStore:
    """The rows of test buys, by kind, and their photos."""

    def __init__(self, *, database: Database, photos: PhotoStore, note_orphans: Callable[[], None]) -> None:
        self.frames = FrameRows(database)
        self.plans = PlanRows(database)
        self.rows = BuyRows(database)
        self.checklists = ChecklistRows(database)
        self.photos = BuyPhotos(database=database, photos=photos, note_orphans=note_orphans)
