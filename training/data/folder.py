"""A folder of genuine and counterfeit photos as a manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from training.data.class_folders import find_class_folders
from training.data.columns import REQUIRED
from training.data.left_out import NotRead
from training.data.near_duplicates import cluster_near_duplicates
from training.data.photo_row import Label
from vision.errors import ManifestError
from vision.photo.folder import LeftOut, list_folder, list_folder_tree
from vision.tables.table import Table, TableRow


def read_folder(
    folder: Path, *, product: str | None, class_folders: Mapping[Label, str] | None = None
) -> tuple[Table, NotRead]:
    """A folder of two class folders as a table, and what of it was left out.

    A sub-subfolder is a listing; loose photos form listings by clusters of near-duplicates, named after their first
    photo. `class_folders` names the folders of the classes where their names don't. Raises ManifestError without a
    product's name or where the class folders are not known.
    """
    classes = find_class_folders(folder, class_folders or {})
    if product is None:
        raise ManifestError(f"{folder} names no product; set data.product (or --product), e.g. korvelle-k1-hair-dryer.")
    reader = _Reader(left_out=list(classes.beside.left_out))
    reader.left_out += [LeftOut(path=photo, reason="outside") for photo in classes.beside.photos]
    cells: list[dict[str, str]] = []
    for label, of_class in sorted(classes.of_label.items()):
        for photo, listing in reader.listings(of_class):
            name = photo.relative_to(folder).as_posix()
            listing = f"{of_class.relative_to(folder).as_posix()}/{listing}"
            cells.append({"photo": name, "label": label, "product": product, "listing": listing})
    others = {one.name: len(list_folder_tree(one).photos) for one in classes.others}
    empty = tuple(one.relative_to(folder).as_posix() for one in reader.empty)
    rows = tuple(TableRow(row=place, cells=row) for place, row in enumerate(cells, start=1))
    not_read = NotRead(files=tuple(reader.left_out), folders=others, listings=empty)
    return Table(path=folder, columns=REQUIRED, rows=rows), not_read


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Reads class folders, and notes what it leaves out."""

    left_out: list[LeftOut]
    empty: list[Path] = field(default_factory=list)

    def listings(self, of_class: Path) -> Iterator[tuple[Path, str]]:
        """Each photo with the name of its listing within the class."""
        found = list_folder(of_class)
        self.left_out += found.left_out
        for cluster in cluster_near_duplicates(found.photos):
            for index in cluster:
                yield found.photos[index], found.photos[cluster[0]].name
        for listing in found.folders:
            within = list_folder_tree(listing)
            self.left_out += within.left_out
            if not within.photos:
                self.empty.append(listing)
            for photo in within.photos:
                yield photo, listing.name
