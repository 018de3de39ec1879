"""The sections of an evidence file, as the report prints them, and the folder in which its parts are gathered."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

SubjectKind = Literal["check", "case", "cluster"]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    style: Literal["body", "strong", "small", "label"] = "body"  # a label stays with what follows


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Pairs of a name and a value."""

    rows: tuple[tuple[str, str], ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; `widths` are the shares of its columns."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture by the name of its part, with what stands below it."""

    name: str
    caption: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """Pictures side by side, at most three in a row; small ones where they are parts of others."""

    pictures: tuple[Picture, ...]
    small: bool = False


Block = Text | Facts | Grid | Pictures


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section: its title, and its blocks in order."""

    title: str
    blocks: tuple[Block, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What the file is about, with what its first page says of it.

    `product` is None where it is about several, or none.
    """

    kind: SubjectKind
    id: str
    product: str | None
    summary: tuple[tuple[str, str], ...]
    check_id: str | None = None


class Gathering:
    """The sections of one file and its parts, which lie in a folder until they are written in order.

    `objects` are the kinds and ids whose entries of the audit log belong to it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sections: list[Section] = []
        self.objects: list[tuple[str, str]] = []

    def write(self, name: str, data: bytes) -> None:
        """Add a part; threads may add parts of different names at once."""
        file = self.path_of(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def write_json(self, name: str, value: JsonValue) -> None:
        """Add a part of JSON, for people to read as well."""
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        self.write(name, text.encode("utf-8", "backslashreplace"))

    def path_of(self, name: str) -> Path:
        """Give where a part lies."""
        return self.folder / name

    def names(self) -> Iterator[str]:
        """Give the names of all parts, in the order in which they are written."""
        yield from sorted(file.relative_to(self.folder).as_posix() for file in self.folder.rglob("*") if file.is_file())
