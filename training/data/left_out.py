"""What of a manifest's files and rows is not read, in one line beside what is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from vision.counting import counted
from vision.photo.folder import LeftOut, describe_left_out, name_some


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """What was left out of a manifest, and why.

    `files` are those of a folder, `folders` its folders that are of neither class with their number of photos, and
    `listings` the folders of a class without a photo. `rows` counts by reason.
    """

    files: tuple[LeftOut, ...] = ()
    folders: Mapping[str, int] = field(default_factory=dict)
    listings: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)

    def with_rows(self, count: int, reason: str) -> NotRead:
        """The same with `count` more rows left out, `reason` such as `without a label`."""
        return replace(self, rows={**self.rows, reason: self.rows.get(reason, 0) + count}) if count else self

    def in_words(self, path: Path) -> str:
        """Such as `left out 5 files: 3 hidden or thumbnails, 2 not images (notes.txt, x.txt)`, or `left out nothing`.

        Names are relative to `path`, the manifest's.
        """
        parts = [describe_left_out(self.files, path)]
        if self.rows:
            photos = sum(self.rows.values())
            reasons = ", ".join(f"{count} {reason}" for reason, count in self.rows.items())
            parts.append(f"left out {counted(photos, 'row')}: {reasons}")
        if self.folders:
            named = name_some(f"{name}/ ({counted(count, 'photo')})" for name, count in self.folders.items())
            parts.append(f"left out folders that are neither genuine nor counterfeit: {named}")
        if self.listings:
            parts.append(f"no photo in {name_some(f'{name}/' for name in self.listings)}")
        return "; ".join(part for part in parts if part) or "left out nothing"
