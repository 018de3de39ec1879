"""The reference crops of a bundle: the parts of shareable training photos with the strongest evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console

from training.data.manifest import Label, Manifest, PhotoRow
from training.progress import photo_progress
from vision.bundle.bundle import Bundle
from vision.bundle.references import FOLDER, ID_DIGITS, Reference, write_references
from vision.config.read import setting
from vision.errors import ConfigError, PhotoError
from vision.explain.crop_embedding import DECODED_SIDE_PX, crop_jpeg, embed_crops
from vision.explain.crops import Box, evidence_crops
from vision.inference.scorer import Scorer
from vision.inputs import to_input
from vision.photo.decode import open_photo
from vision.verdict import Evidence

CROPS_A_PHOTO: Final = 2  # the strongest towards counterfeit, and the strongest towards genuine
MAX_REFERENCES: Final = 5000  # 120 MB of pictures at most


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencesConfig:
    """Which reference crops go into the bundle; only of photos that the manifest marks as shareable."""

    most: int = setting(
        200,
        help="maximum number of reference crops of shareable photos in the bundle, up to 24 kB each, stratified by "
        "label, product and listing and drawn by data.seed; 0: none",
    )

    def __post_init__(self) -> None:
        if not 0 <= self.most <= MAX_REFERENCES:
            raise ConfigError(f"references.most is {self.most}; it is 0 to {MAX_REFERENCES}, and 200 show enough")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    row: PhotoRow
    label: Label
    box: Box
    jpeg: bytes


def add_references(
    bundle: Bundle, manifest: Manifest, rows: Sequence[int], *, limit: int, seed: int, console: Console
) -> int:
    """Write up to `limit` references of these rows into `references/` of a sealed bundle's folder; gives their number.

    No folder is written where none of the rows is shareable. Seal the bundle again afterwards.
    """
    drawn = list(draw_photos([manifest.rows[row] for row in rows], seed))
    if not drawn or not limit:
        return 0
    scorer = Scorer(bundle)
    found: dict[str, _Picture] = {}
    with photo_progress("references", limit, console) as advance:
        for row in drawn:
            before = len(found)
            for one in _cut(scorer, bundle, row):
                found.setdefault(hashlib.sha256(one.jpeg).hexdigest(), one)
            advance(min(len(found), limit) - min(before, limit))
            if len(found) >= limit:
                break
    kept = dict(list(found.items())[:limit])
    if not kept:
        return 0
    pictures = [one.jpeg for one in kept.values()]
    write_references(
        bundle.folder,
        scorer.graph.file,
        [_reference(sha256, one) for sha256, one in kept.items()],
        pictures,
        embed_crops(scorer, bundle, pictures),
    )
    return len(kept)


def draw_photos(rows: Sequence[PhotoRow], seed: int) -> Iterator[PhotoRow]:
    """The shareable, labelled rows in an order of which any prefix is stratified by label, product and listing.

    Labels and products take turns, and each listing gives one photo before any gives a second. The order depends on
    the seed and the names alone.
    """
    strata: dict[tuple[str, str], dict[str, list[PhotoRow]]] = {}
    for row in rows:
        if row.shareable and row.label:
            strata.setdefault((row.label, row.product), {}).setdefault(row.listing, []).append(row)
    queues = [list(_by_listing(listings, seed)) for _, listings in sorted(strata.items())]
    for turn in zip_longest(*queues):
        yield from (row for row in turn if row is not None)


def _by_listing(listings: dict[str, list[PhotoRow]], seed: int) -> Iterator[PhotoRow]:
    names = sorted(listings, key=lambda name: _draw(seed, name))
    photos = [sorted(listings[name], key=lambda row: _draw(seed, row.photo.name)) for name in names]
    for turn in zip_longest(*photos):
        yield from (row for row in turn if row is not None)


def _draw(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()


def _cut(scorer: Scorer, bundle: Bundle, row: PhotoRow) -> Iterator[_Picture]:
    try:
        photo = open_photo(Path(row.photo).read_bytes(), smallest_side_px=DECODED_SIDE_PX)
    except PhotoError:  # the audit reports unreadable photos; another takes its place
        return
    tiles = to_input(photo, bundle.metadata.geometry)
    x0, y0, x1, y1 = tiles.boxes[0].tolist()
    values = np.asarray(scorer.score(tiles.pixels[:1]).evidence[0], np.float32)
    evidence = Evidence(values=values, box=(x0, y0, x1, y1))
    for crop in evidence_crops(evidence, "review", max_crops=CROPS_A_PHOTO):
        if row.label:
            yield _Picture(row=row, label=row.label, box=crop.box, jpeg=crop_jpeg(photo, crop.box))


def _reference(sha256: str, one: _Picture) -> Reference:
    reference_id = sha256[:ID_DIGITS]
    return Reference(
        id=reference_id,
        file=f"{FOLDER}/{reference_id}.jpg",
        sha256=sha256,
        label=one.label,
        product=one.row.product,
        listing=one.row.listing,
        box=tuple(round(side, 4) for side in one.box),
    )
