"""The columns of a manifest, and hints where one is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vision.tables.problems import Problems, nearest

REQUIRED = ("photo", "label", "product", "listing")
BOX = ("box_x0", "box_y0", "box_x1", "box_y1")
OPTIONAL = ("seller", "view", "cue", "maker", "source", "split", "fold", "mask", "shareable", "product_mask")
COLUMNS = (*REQUIRED, *OPTIONAL, *BOX)

# Column names of other data sets: suggested, never assumed.
_OTHER_NAMES = {
    "photo": ("image", "images", "path", "file", "filename", "file_name", "filepath", "image_path", "img"),
    "label": ("class", "target", "y", "is_genuine", "is_fake", "category", "authentic"),
    "product": ("model", "item", "sku", "product_name", "title"),
    "listing": ("listing_id", "offer", "offer_id", "item_id", "group", "ad_id", "id"),
}


def missing_columns(columns: Sequence[str], problems: Problems, *, given: Iterable[str] = ()) -> bool:
    """Note each required column that neither the table nor `given` provides; True when one is missing."""
    missing = [name for name in REQUIRED if name not in columns and name not in set(given)]
    unknown = [name for name in columns if name not in COLUMNS]
    for name in missing:
        problems.add(f"no column '{name}'" + _column_hint(name, unknown))
    box = [name for name in BOX if name in columns]
    if box and len(box) < len(BOX):
        problems.add(f"only {', '.join(box)} of the box; a box needs all of {', '.join(BOX)}, or none")
    return bool(missing)


def _column_hint(name: str, unknown: Sequence[str]) -> str:
    like = nearest(name, unknown) or next((other for other in unknown if other.casefold() in _OTHER_NAMES[name]), None)
    if like is not None:
        return f"; rename '{like}' to '{name}'?"
    if name == "listing":
        return "; it says which photos show one item (where each photo is an item of its own, repeat `photo`)"
    return f"; the columns are {', '.join(unknown) or 'none'}"
