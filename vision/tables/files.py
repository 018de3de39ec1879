"""The files that a table's cells name: beside the table, by Windows paths, and in another Unicode form."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from vision.tables.problems import Problems, nearest


class TableFiles:
    """Finds the files that cells name, beside the table, and the nearest name when one is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names: dict[Path, tuple[str, ...]] = {}
        self._same: dict[Path, dict[str, list[str]]] = {}

    def find(self, cell: str, column: str, row: int, problems: Problems) -> Path | None:
        """The file of a cell, None where it is empty or a problem was noted; `row` is its line."""
        if not cell:
            return None
        if "://" in cell:
            problems.add(f"{column} '{cell}' is a URL; download it and give its path", row=row)
            return None
        found = self.existing_file(cell)
        if found is None:
            hint = "" if problems.full else self._hint(self.folder / cell.replace("\\", "/"))
            problems.add(f"{column} '{cell}' is not a file{hint}", row=row)
        return found

    def existing_file(self, cell: str) -> Path | None:
        """The file that a cell names, None where there is none."""
        file = self.folder / cell
        if not file.is_file() and "\\" in cell:
            file = self.folder / cell.replace("\\", "/")
        return file if file.is_file() else self._in_another_form(cell)

    def _in_another_form(self, cell: str) -> Path | None:
        """The file whose name is the same but for its Unicode form: macOS writes ö as o and an accent, NFD."""
        if cell.isascii() or Path(cell).is_absolute():
            return None
        place = self.folder
        for part in Path(cell.replace("\\", "/")).parts:
            if not (place / part).exists():
                alike = self._names_by_form(place).get(unicodedata.normalize("NFC", part), [])
                if len(alike) != 1:
                    return None
                (part,) = alike
            place /= part
        return place if place.is_file() else None

    def _names_by_form(self, folder: Path) -> dict[str, list[str]]:
        if folder not in self._same:
            names: dict[str, list[str]] = {}
            for child in folder.iterdir() if folder.is_dir() else ():
                names.setdefault(unicodedata.normalize("NFC", child.name), []).append(child.name)
            self._same[folder] = names
        return self._same[folder]

    def _hint(self, file: Path) -> str:
        if file.is_dir():
            return "; it is a folder"
        if not file.parent.is_dir():
            return f"; there is no folder {file.parent} (paths are relative to the manifest)"
        if file.parent not in self._names:
            self._names[file.parent] = tuple(sorted(child.name for child in file.parent.iterdir()))
        like = nearest(file.name, self._names[file.parent], cutoff=0.8)
        return f" in {file.parent}" + (f"; did you mean '{like}'?" if like else " (paths are relative to the manifest)")
