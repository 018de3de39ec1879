"""Makes the changed copies of a manifest's photos, and chooses whose background goes behind whose product."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from training.data.manifest import Label, Manifest
from training.data.photo_row import LABELS
from training.evaluation.predictions import PhotoPrediction
from training.perturbations.photo import Change, Subject
from training.perturbations.place import find_box, find_place, is_placed
from training.perturbations.product import leaves_background, paint_out
from vision.errors import PhotoError
from vision.photo.decode import open_photo


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """Changed copies of `manifest`'s photos; `lenders` are the rows whose background can go behind another product,
    `unreadable` those whose photo can't be read.

    A product goes before the background of a photo with the other label: where the network relies on the
    background, that counts against every product.
    """

    manifest: Manifest
    lenders: Mapping[Label, tuple[int, ...]]
    unreadable: frozenset[int]

    def can_make(self, change: Change, rows: Sequence[int]) -> bool:
        """Whether the change can be made of each of these rows."""
        if change.needs_place and not all(is_placed(self.manifest.rows[row]) for row in rows):
            return False
        return not change.needs_backdrop or all(self._lenders_for(row) for row in rows)

    def make(self, changes: Sequence[Change], row: int) -> Iterator[bytes]:
        """The row's photo under each change, which must be possible; a photo that can't be read is unchanged."""
        data = self.manifest.rows[row].photo.read_bytes()
        try:
            photo = open_photo(data).image
        except PhotoError:
            yield from (data for _ in changes)
            return
        place = find_place(self.manifest.rows[row], photo.size) if any(c.needs_place for c in changes) else None
        for change in changes:
            backdrop = self._backdrop(row, photo.size) if change.needs_backdrop else None
            yield change.send(Subject(photo=photo, place=place, backdrop=backdrop))

    def lender(self, row: int) -> int:
        """The row that lends this one its background: the same at every call, and for every copy of one photo."""
        lenders = self._lenders_for(row)
        digest = hashlib.sha256(self.manifest.rows[row].photo.read_bytes()).digest()
        return lenders[int.from_bytes(digest[:8], "big") % len(lenders)]

    def _lenders_for(self, row: int) -> tuple[int, ...]:
        return self.lenders["genuine" if self.manifest.rows[row].label == "counterfeit" else "counterfeit"]

    def _backdrop(self, row: int, size: tuple[int, int]) -> Image.Image:
        """The lender's photo with its own product painted out, stretched to `size` (width, height)."""
        lender = self.manifest.rows[self.lender(row)]
        photo = open_photo(lender.photo.read_bytes(), smallest_side_px=max(size)).image
        return paint_out(photo, find_box(lender) or (0, 0, 1, 1)).resize(size, Image.Resampling.BICUBIC)


def find_copies(manifest: Manifest, photos: Sequence[PhotoPrediction]) -> Copies:
    """The copies of an evaluated manifest: its readable photos with surroundings of a marked product lend these."""
    lenders: dict[Label, list[int]] = {label: [] for label in LABELS}
    for photo in photos:
        box = None if photo.error else find_box(manifest.rows[photo.row])
        if box is not None and leaves_background(box):
            lenders[photo.label].append(photo.row)
    return Copies(
        manifest=manifest,
        lenders={label: tuple(rows) for label, rows in lenders.items()},
        unreadable=frozenset(photo.row for photo in photos if photo.error),
    )
