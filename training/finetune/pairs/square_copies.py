"""Pairs of a photo and a changed copy of it, for the consistency term; all follows from the draw's seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.photo_row import PhotoRow
from training.finetune.photo_cache import CachedPhotos
from training.perturbations.photo import Subject
from training.perturbations.place import find_box, find_place
from training.perturbations.product import leaves_background, paint_out
from training.perturbations.varied import vary
from vision.inputs import LETTERBOX_GREY, InputGeometry, open_for_input, to_input
from vision.photo.decode import PhotoLimits

_ANY_SIZE: Final = PhotoLimits(min_side_px=1)  # a shrunk copy of a small square is no upload that is too small

Square = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class SquareCopies:
    """Changed copies of cached squares, laid out as these are; `lenders` are positions that lend a background.

    A copy is made of the square, not of the file: it costs no decoding of the upload, and JPEG and size are changed at
    the square's resolution.
    """

    squares: CachedPhotos
    rows: tuple[PhotoRow, ...]
    lenders: tuple[int, ...]
    geometry: InputGeometry

    def copy(self, position: int, seed: int) -> Square:
        """A changed copy of the square at this position, uint8 [S, S, 3]."""
        rng = np.random.default_rng(seed)
        subject = self.subject(position)
        if subject.place and self.lenders:
            subject = replace(subject, backdrop=self._backdrop(subject.photo.size, rng))
        copy = open_for_input(vary(subject, rng), self.geometry, _ANY_SIZE)
        square: Square = to_input(copy, self.geometry).pixels[0]
        return square

    def subject(self, position: int) -> Subject:
        """The photo in the square at this position, with its product's place."""
        photo = _without_letterbox(self.squares.square(position))
        place = find_place(self.rows[position])
        # A stretched square has another shape than its photo, and so than the photo's mask.
        return Subject(photo=photo, place=place and place.resized(photo.size))

    def _backdrop(self, size: tuple[int, int], rng: np.random.Generator) -> Image.Image:
        """The photo of any lender with its product painted out, stretched to `size` (width, height)."""
        lender = self.lenders[int(rng.integers(len(self.lenders)))]
        photo = _without_letterbox(self.squares.square(lender))
        return paint_out(photo, find_box(self.rows[lender]) or (0, 0, 1, 1)).resize(size, Image.Resampling.BICUBIC)


def square_copies(squares: CachedPhotos, rows: Sequence[PhotoRow], geometry: InputGeometry) -> SquareCopies:
    """The copies of the rows' squares; `geometry` is the input's, of which the squares may be larger."""
    boxes = [find_box(row) for row in rows]
    return SquareCopies(
        squares=squares,
        rows=tuple(rows),
        lenders=tuple(place for place, box in enumerate(boxes) if box is not None and leaves_background(box)),
        geometry=InputGeometry(size_px=squares.size_px, letterbox=geometry.letterbox, filter=geometry.filter),
    )


def _without_letterbox(square: Square) -> Image.Image:
    """The photo in a square: without the grey rows or columns that both sides have.

    A photo's own grey edge, at one side, is kept: the product's place is relative to the whole photo.
    """
    grey = (square == LETTERBOX_GREY).all(axis=2)  # [S, S]
    rows, columns = _between_bars(grey.all(axis=1)), _between_bars(grey.all(axis=0))
    return Image.fromarray(square[rows, columns])


def _between_bars(grey: NDArray[np.bool_]) -> slice:
    """Of grey lines [S] those between the letterbox's bars, of which the second may be a line wider."""
    inner = np.flatnonzero(~grey)
    if not len(inner):
        return slice(0, len(grey))
    before, behind = int(inner[0]), len(grey) - 1 - int(inner[-1])
    bar = min(before, behind)
    return slice(bar, len(grey) - min(behind, bar + 1))
