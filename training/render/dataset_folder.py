"""The folder of a rendered data set: photos, masks, a record of each listing, and in the end the manifest.

render.json     the settings; other settings are refused, so that two runs never mix
photos/         JPEGs, named by listing and number: a name does not reveal the label
masks/          8-bit grey PNGs, for photos that show a cue; grey, not palette, so that every reader gets k as it is
product_masks/  1-bit PNGs, white where the product is
records/        one JSON a finished listing, until all are there and the manifest replaces them
manifest.csv    one row a photo
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.errors import RunError
from training.render.config import RenderConfig
from training.render.photograph import RenderedPhoto
from training.render.plan import ListingPlan
from training.render.product.region import Region
from vision.json_dataclass import to_json, to_json_table

PRODUCT = "korvelle-k1-hair-dryer"
GENERATOR_VERSION = 1  # raise it with any change that changes pixels or labels
COLUMNS = (
    "photo",
    "label",
    "product",
    "listing",
    "seller",
    "view",
    "cue",
    "maker",
    "source",
    "split",
    "mask",
    "product_mask",
    "shareable",
    "box_x0",
    "box_y0",
    "box_x1",
    "box_y1",
)
_CORNERS = ("x0", "y0", "x1", "y1")
_NOT_PART_OF_THE_PICTURE = ("folder", "workers")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRecord:
    """What the manifest holds of one photo beyond its listing's plan; `cues` are the names of the cues shown."""

    number: int
    cues: tuple[str, ...]
    box: tuple[float, float, float, float]


class DatasetFolder:
    """One rendered data set on disk; every file appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def claim(self, config: RenderConfig) -> None:
        """Take the folder for this configuration; RunError when it holds photos of another one."""
        wanted = _identity(config)
        if self._identity_path.exists():
            found = json.loads(self._identity_path.read_text(encoding="utf-8"))
            if found != wanted:
                raise RunError(
                    f"{self.path} holds photos of another render ({_difference(found, wanted)}); "
                    "delete that folder or set another one: --set folder=..."
                )
            return
        if any((self.path / name).exists() for name in ("photos", "masks", "product_masks", "records", "manifest.csv")):
            raise RunError(f"{self.path} holds photos but no render.json; set an empty folder: --set folder=...")
        _write(self._identity_path, json.dumps(wanted, indent=2).encode() + b"\n")

    def has(self, plan: ListingPlan) -> bool:
        """Whether the listing is finished."""
        return self.is_complete() or self._record_path(plan).exists()

    def is_complete(self) -> bool:
        """Whether every listing is finished and in the manifest."""
        return self.manifest_path.exists() and not (self.path / "records").exists()

    def add_photo(self, plan: ListingPlan, photo: RenderedPhoto) -> PhotoRecord:
        """Write one photo and its masks."""
        _write(self.path / _photo_name(plan, photo.number), photo.jpeg)
        if photo.mask is not None:
            _write(self.path / _mask_name(plan, photo.number), _png(photo.mask))
        self.add_product_mask(plan, photo.number, photo.product)
        return PhotoRecord(number=photo.number, cues=tuple(photo.cues), box=photo.box)

    def add_product_mask(self, plan: ListingPlan, number: int, product: Region) -> None:
        """Write where the product is in one photo, bool [size, size]."""
        _write(self.path / _product_mask_name(plan, number), _png(product))

    def has_product_masks(self, plan: ListingPlan) -> bool:
        """Whether every photo of the listing has its product mask, which folders of earlier versions lack."""
        return all((self.path / _product_mask_name(plan, photo.number)).exists() for photo in plan.circumstances.photos)

    def finish_listing(self, plan: ListingPlan, photos: Sequence[PhotoRecord]) -> None:
        """Note that all photos of the listing are written."""
        _write(self._record_path(plan), json.dumps(to_json(photos)).encode())

    def write_manifest(self, plans: Sequence[ListingPlan]) -> None:
        """Write the manifest's rows of these finished listings."""
        _write(self.manifest_path, _table([row for plan in plans for row in _rows(plan, self._read_record(plan))]))

    def name_product_masks(self) -> None:
        """Add the column `product_mask` to the manifest of a complete folder, where an earlier version wrote it."""
        with self.manifest_path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if rows and "product_mask" not in rows[0]:
            named = [{**row, "product_mask": _product_mask_of(row["photo"])} for row in rows]
            _write(self.manifest_path, _table(named))

    def drop_records(self) -> None:
        """Remove the listings' records once the manifest holds them all; the folder is complete from here on."""
        done = self.path / ".records-done"
        (self.path / "records").rename(done)  # at once, so that no killed run leaves some of them
        shutil.rmtree(done)

    @property
    def manifest_path(self) -> Path:
        """The manifest's path."""
        return self.path / "manifest.csv"

    @property
    def _identity_path(self) -> Path:
        return self.path / "render.json"

    def _record_path(self, plan: ListingPlan) -> Path:
        return self.path / "records" / f"{plan.listing}.json"

    def _read_record(self, plan: ListingPlan) -> list[PhotoRecord]:
        found = json.loads(self._record_path(plan).read_text(encoding="utf-8"))
        return [PhotoRecord(number=p["number"], cues=tuple(p["cues"]), box=tuple(p["box"])) for p in found]


def _table(rows: Sequence[dict[str, str]]) -> bytes:
    table = io.StringIO(newline="")
    writer = csv.DictWriter(table, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode()


def _rows(plan: ListingPlan, records: Sequence[PhotoRecord]) -> list[dict[str, str]]:
    rows = []
    for photo, record in zip(plan.circumstances.photos, records, strict=True):
        rows.append(
            {
                "photo": _photo_name(plan, record.number),
                "label": plan.label,
                "product": PRODUCT,
                "listing": plan.listing,
                "seller": plan.seller,
                "view": photo.view.shot.value,
                "cue": ";".join(record.cues),
                "maker": plan.maker or "",
                "source": "",  # no source of the manifest format means "rendered"
                "split": plan.split,
                "mask": _mask_name(plan, record.number) if record.cues else "",
                "product_mask": _product_mask_name(plan, record.number),
                "shareable": "1",
                **{f"box_{corner}": f"{value:.4f}" for corner, value in zip(_CORNERS, record.box, strict=True)},
            }
        )
    return rows


def _photo_name(plan: ListingPlan, number: int) -> str:
    return f"photos/{plan.listing}-{number}.jpg"


def _mask_name(plan: ListingPlan, number: int) -> str:
    return f"masks/{plan.listing}-{number}.png"


def _product_mask_name(plan: ListingPlan, number: int) -> str:
    return _product_mask_of(_photo_name(plan, number))


def _product_mask_of(photo_name: str) -> str:
    return f"product_masks/{Path(photo_name).stem}.png"


def _png(mask: NDArray[np.uint8] | Region) -> bytes:
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "PNG", optimize=True)
    return file.getvalue()


def _identity(config: RenderConfig) -> dict[str, object]:
    wanted = {key: value for key, value in to_json_table(config).items() if key not in _NOT_PART_OF_THE_PICTURE}
    return {"generator": GENERATOR_VERSION, **wanted}


def _difference(found: dict[str, object], wanted: dict[str, object]) -> str:
    keys = [key for key in (*found, *wanted) if found.get(key) != wanted.get(key)]
    key = keys[0]
    return f"{key} was {found.get(key)!r}, now {wanted.get(key)!r}"


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(data)
    os.replace(part, path)  # noqa: PTH105  # atomic on every system, which Path.rename is not
