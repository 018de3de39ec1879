"""Problems of a table, collected and raised together; and the nearest known word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from vision.counting import counted
from vision.errors import ManifestError

SHOWN = 10


class Problems:
    """The problems of one table, collected so that a person fixes ten rows at a time, not one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shown: list[str] = []
        self.count = 0

    def add(self, message: str, *, row: int | None = None) -> None:
        """Note one problem; `message` names the problem and the fix."""
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(message if row is None else f"row {row}: {message}")

    @property
    def full(self) -> bool:
        """True once further problems are only counted, so that costly hints can be skipped."""
        return self.count >= SHOWN

    def raise_if_any(self) -> None:
        """Raise ManifestError with every problem shown, and how many more there are."""
        if not self.count:
            return
        lines = list(self.shown)
        if self.count > len(self.shown):
            lines.append(f"… and {self.count - len(self.shown)} more")
        found = counted(self.count, "problem")
        raise ManifestError(f"{self.path} has {found}:\n" + "\n".join(f"  {line}" for line in lines))


def nearest(word: str, known: Iterable[str], *, cutoff: float = 0.6) -> str | None:
    """The known word closest to `word`, or None when none is close."""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(word.strip().casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[found[0]] if found else None
