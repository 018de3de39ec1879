from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["refuse", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the audit has against a manifest.

    `message` says what was found and `advice` what to do. `rows` are indices of the manifest's rows that it is about
    (not file lines), ascending; `groups` are some of them that belong together, to be looked at side by side.
    """

    code: str
    level: Level
    message: str
    advice: str
    rows: tuple[int, ...] = ()
    groups: tuple[tuple[int, ...], ...] = ()
