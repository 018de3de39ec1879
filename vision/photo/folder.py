"""The photos in a folder: chosen by what the files hold, without hidden files and thumbnails; the rest is named."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from vision.counting import counted
from vision.errors import PhotoAnimated, PhotoFormatUnsupported, PhotoNotAnImage
from vision.photo.format import FORMATS_IN_WORDS, PHOTO_SUFFIXES, sniff_format

LeftOutReason = Literal[
    "hidden", "no_image", "other_format", "unreadable", "broken_link", "read_already", "name", "outside"
]

NAMES_SHOWN: Final = 5
_IN_WORDS: Final[dict[LeftOutReason, tuple[str, str]]] = {  # of one, of several
    "hidden": ("hidden or thumbnail", "hidden or thumbnails"),
    "no_image": ("not an image", "not images"),
    "other_format": (f"not {FORMATS_IN_WORDS}", f"not {FORMATS_IN_WORDS}"),
    "unreadable": ("can't be opened", "can't be opened"),
    "broken_link": ("link to nothing", "links to nothing"),
    "read_already": ("link to a folder that is read already", "links to folders that are read already"),
    "name": ("whose name is not UTF-8", "whose names are not UTF-8"),
    "outside": ("outside the folders that are read", "outside the folders that are read"),
}
# What systems, network drives and archives leave among photos; names that start with a dot are hidden anyway.
_HIDDEN_NAMES: Final = frozenset(
    {
        *("thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "icon\r", "$recycle.bin", "recycler"),
        *("system volume information", "lost+found", "__macosx", "@eadir", "@tmp", "@recycle", "@recently-snapshot"),
        *("#recycle", "#snapshot", "thumbs", "_thumbs", "thumbnails", "_thumbnails"),
    }
)
_SNIFFED_BYTES: Final = 4096  # an SVG may name itself late


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file, or a folder of `files` files, that is not read as a photo."""

    path: Path
    reason: LeftOutReason
    files: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPhotos:
    """The photos of a folder and its visible subfolders, each sorted, and what was left out."""

    photos: tuple[Path, ...]
    folders: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]


def list_folder(folder: Path) -> FolderPhotos:
    """What lies in the folder itself, without what lies in its subfolders; links are followed.

    A file is a photo where its first bytes or its suffix are a photo's, so that a damaged photo is not dropped but
    refused later, by name.
    """
    photos: list[Path] = []
    folders: list[Path] = []
    left_out: list[LeftOut] = []
    try:
        children = sorted(folder.iterdir())
    except OSError:
        return FolderPhotos(photos=(), folders=(), left_out=(LeftOut(path=folder, reason="unreadable"),))
    for child in children:
        found = _kind(child)
        if found == "photo":
            photos.append(child)
        elif found == "folder":
            folders.append(child)
        else:
            files = _count_files(child) if child.is_dir() and not child.is_symlink() else 1
            left_out.append(LeftOut(path=child, reason=found, files=files))
    return FolderPhotos(photos=tuple(photos), folders=tuple(folders), left_out=tuple(left_out))


def list_folder_tree(folder: Path) -> FolderPhotos:
    """All photos in the folder and below it, at any depth, with `folders` empty.

    A folder that links lead to twice, such as a link to a folder around it, is read once.
    """
    photos: list[Path] = []
    left_out: list[LeftOut] = []
    for _, found in walk_folder(folder):
        photos += found.photos
        left_out += found.left_out
    return FolderPhotos(
        photos=tuple(sorted(photos)), folders=(), left_out=tuple(sorted(left_out, key=lambda one: one.path))
    )


def walk_folder(folder: Path) -> Iterator[tuple[Path, FolderPhotos]]:
    """The folder and each folder below it, at any depth, with what lies in it itself.

    In the order of their names, but those that links lead to last, so that a folder keeps the name under which it lies
    and not that of a link to it. A folder that is reached again is read once: it comes as left out.
    """
    read: set[tuple[int, int]] = set()
    waiting = deque([folder])
    while waiting:
        place = waiting.pop()
        reason = _why_not_read(place, read)
        if reason is not None:
            yield place, FolderPhotos(photos=(), folders=(), left_out=(LeftOut(path=place, reason=reason),))
            continue
        found = list_folder(place)
        yield place, found
        for one in reversed(found.folders):
            (waiting.appendleft if one.is_symlink() else waiting.append)(one)


def is_hidden(name: str) -> bool:
    """Whether a file or folder of this name is hidden, a thumbnail, or what a system keeps for itself."""
    return name.startswith(".") or name.casefold() in _HIDDEN_NAMES


def describe_left_out(left_out: Sequence[LeftOut], folder: Path) -> str:
    """Such as `left out 5 files: 3 hidden or thumbnails, 2 not images (notes.txt, x.txt)`, or nothing.

    Names are relative to `folder`.
    """
    count = sum(one.files for one in left_out)
    if not count:
        return ""
    reasons = ", ".join(
        _describe_reason(reason, [one for one in left_out if one.reason == reason], folder)
        for reason in _IN_WORDS
        if any(one.reason == reason and one.files for one in left_out)
    )
    return f"left out {counted(count, 'file')}: {reasons}"


def name_some(names: Iterable[str]) -> str:
    """The first names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - NAMES_SHOWN} more" if len(listed) > NAMES_SHOWN else ""
    return ", ".join(listed[:NAMES_SHOWN]) + more


def _describe_reason(reason: LeftOutReason, left_out: Sequence[LeftOut], folder: Path) -> str:
    count = sum(one.files for one in left_out)
    counted = f"{count} {_IN_WORDS[reason][count > 1]}"
    if reason == "hidden":
        return counted
    return f"{counted} ({name_some(_printable(os.path.relpath(one.path, folder)) for one in left_out)})"


def _why_not_read(folder: Path, read: set[tuple[int, int]]) -> LeftOutReason | None:
    """None where the folder is to be read, which is then noted in `read`."""
    try:
        status = folder.stat()
    except OSError:  # it was removed since its name was read
        return "unreadable"
    if (status.st_dev, status.st_ino) in read:
        return "read_already"
    read.add((status.st_dev, status.st_ino))
    return None


def _kind(path: Path) -> LeftOutReason | Literal["photo", "folder"]:
    if is_hidden(path.name):
        return "hidden"
    if _printable(path.name) != path.name:
        return "name"
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return "broken_link"
    except OSError:  # a link to itself, or in a folder that may not be entered
        return "broken_link" if path.is_symlink() else "unreadable"
    if stat.S_ISDIR(mode):
        return "folder"
    if not stat.S_ISREG(mode):
        return "no_image"  # a pipe or a device, which must not be opened
    return "photo" if path.suffix.lower() in PHOTO_SUFFIXES else _kind_of_content(path)


def _kind_of_content(file: Path) -> LeftOutReason | Literal["photo"]:
    try:
        with file.open("rb") as opened:
            sniff_format(opened.read(_SNIFFED_BYTES))
    except (PhotoFormatUnsupported, PhotoAnimated):
        return "other_format"
    except PhotoNotAnImage:
        return "no_image"
    except OSError:
        return "unreadable"
    return "photo"


def _count_files(folder: Path) -> int:
    return sum(len(files) for _, _, files in os.walk(folder))


def _printable(name: str) -> str:
    """The name with bytes that are not UTF-8 written as escapes: it could be printed, but stored in no file."""
    return name.encode("utf-8", "backslashreplace").decode()
