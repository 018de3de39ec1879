"""The bundle: the folder that training writes and serving loads, sealed and checked by its files' sha256."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vision.bundle.metadata import METADATA_FILE, READABLE_FORMATS, BundleMetadata, check_inner_name
from vision.errors import BundleChecksumMismatch, BundleError, BundleFormatUnknown
from vision.json_dataclass import from_json, to_json_table

SEEN_PHOTOS_FILE: Final = "seen_photos.txt"
SEEN_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle folder whose files were checked: `files` maps each name to its sha256, `sha256` is bundle.json's."""

    folder: Path
    metadata: BundleMetadata
    sha256: str
    files: Mapping[str, str]

    def read_file(self, name: str) -> bytes:
        """The bytes of a listed file, checked again: nothing unlisted or since changed is ever used."""
        if name not in self.files:
            raise BundleError(f"{self.folder} has no file {name!r} in its {METADATA_FILE}: seal the bundle again.")
        return _read_checked(self.folder, name, self.files[name])


def seal_bundle(folder: Path, metadata: BundleMetadata) -> Bundle:
    """Hashes every file of the folder and writes bundle.json in one step, so that a crash leaves the old or the new."""
    files = {name: _sha256((folder / name).read_bytes()) for name in sorted(_inner_files(folder))}
    table = {**to_json_table(metadata), "files": files}
    checked = _metadata_from(table, files, folder)
    text = json.dumps(table, indent=2, allow_nan=False, ensure_ascii=False) + "\n"
    partial = folder / f".{METADATA_FILE}.partial"
    with partial.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(folder / METADATA_FILE)
    return Bundle(folder=folder, metadata=checked, sha256=_sha256(text.encode()), files=files)


def read_bundle(folder: Path) -> Bundle:
    """The bundle of a folder after checking its format version and every listed file's sha256.

    Raises BundleError, BundleFormatUnknown or BundleChecksumMismatch, naming the file and what to do.
    """
    data = _read_metadata_file(folder)
    table = _parse_table(data, folder)
    version = table.get("format_version")
    if version not in READABLE_FORMATS or isinstance(version, bool):
        raise BundleFormatUnknown(
            f"{folder / METADATA_FILE} has format_version {str(version)[:40]!r}, and this Touchstone reads "
            f"{' and '.join(map(str, READABLE_FORMATS))}: install the version that wrote the bundle, or train it again."
        )
    files = from_json(_FileList, {"files": table.get("files", {})}, METADATA_FILE).files
    metadata = _metadata_from(table, files, folder)
    for name, digest in files.items():
        _read_checked(folder, name, digest)
    return Bundle(folder=folder, metadata=metadata, sha256=_sha256(data), files=files)


def seen_photos(bundle: Bundle) -> frozenset[str]:
    """The photos that the bundle was fitted on, as the first 16 hex digits of the sha256 of their bytes."""
    if SEEN_PHOTOS_FILE not in bundle.files:
        return frozenset()
    return frozenset(bundle.read_file(SEEN_PHOTOS_FILE).decode("ascii", "replace").split())


def write_seen_photos(folder: Path, sha256s: Iterable[str]) -> None:
    """Writes the list that `seen_photos` reads: each photo's truncated sha256, sorted, one a line."""
    lines = sorted({sha256[:SEEN_DIGITS] for sha256 in sha256s})
    (folder / SEEN_PHOTOS_FILE).write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class _FileList:
    files: Mapping[str, str]


def _metadata_from(table: Mapping[str, object], files: Mapping[str, str], folder: Path) -> BundleMetadata:
    for name in files:
        check_inner_name(name)
    metadata = from_json(BundleMetadata, dict(table), METADATA_FILE)
    for graph in metadata.graphs:
        if graph.file not in files:
            raise BundleError(
                f"{folder} lacks {graph.file}, which {METADATA_FILE} names: copy or export the graph again."
            )
    return metadata


def _read_metadata_file(folder: Path) -> bytes:
    try:
        return (folder / METADATA_FILE).read_bytes()
    except OSError as error:
        hint = "give the folder that `touchstone train` wrote, <run.folder>/bundle"
        raise BundleError(
            f"{folder} is no bundle, since {METADATA_FILE} can't be read ({error.strerror}): {hint}."
        ) from error


def _parse_table(data: bytes, folder: Path) -> Mapping[str, object]:
    try:
        table = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleError(
            f"{folder / METADATA_FILE} is no JSON ({str(error)[:120]}): copy the bundle again."
        ) from error
    if not isinstance(table, dict):
        raise BundleError(f"{folder / METADATA_FILE} is no JSON table: copy the bundle again.")
    return table


def _refuse_constant(word: str) -> object:
    raise ValueError(f"{word} is no JSON number")


def _read_checked(folder: Path, name: str, digest: str) -> bytes:
    try:
        data = (folder / name).read_bytes()
    except OSError as error:
        raise BundleError(f"{folder} lacks {name} ({error.strerror}): copy the whole bundle again.") from error
    if _sha256(data) != digest:
        raise BundleChecksumMismatch(
            f"{folder / name} isn't the file that was sealed (its sha256 starts {_sha256(data)[:12]}, expected "
            f"{digest[:12]}): copy the bundle again, or seal it anew if the change was meant."
        )
    return data


def _inner_files(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if any(part.startswith(".") for part in Path(name).parts) or name == METADATA_FILE:
            continue
        if path.is_symlink():
            raise BundleError(f"{path} is a link: put the file itself into the bundle.")
        if path.is_file():
            yield name


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
