"""References: crops of shareable photos in a bundle, to lay beside the crops that a verdict rests on.

They lie in the bundle's `references/` with an index of their own; a bundle without that folder has none. Each file is
listed in bundle.json like any other. An erased reference loses its image, embedding and listing; the index marks it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.errors import BundleError, BundleFormatUnknown, ReferenceUnknown
from vision.json_dataclass import from_json, to_json_table

INDEX_VERSION: Final = 1
FOLDER: Final = "references"
INDEX_FILE: Final = f"{FOLDER}/index.json"
EMBEDDINGS_FILE: Final = f"{FOLDER}/embeddings.npy"
ID_DIGITS: Final = 16

ReferenceLabel = Literal["genuine", "counterfeit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One crop. `id` is the start of its image's `sha256`, `box` the x0 y0 x1 y1 that it was of its photo, 0 to 1.

    `removed_at` is set when it was erased: then there is no image, and `listing` is None.
    """

    id: str
    file: str
    sha256: str
    label: ReferenceLabel
    product: str
    listing: str | None
    box: tuple[float, ...]
    removed_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceIndex:
    """The content of index.json; `graph` is the graph file whose embeddings these are, in the order of `references`."""

    graph: str
    references: tuple[Reference, ...]
    format_version: int = INDEX_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The reference that a crop is most like, with their cosine similarity, -1 to 1."""

    reference: Reference
    similarity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceBank:
    """A bundle's references and their embeddings, float32 [N, D] of unit length; empty where it has none."""

    bundle: Bundle
    references: tuple[Reference, ...] = ()
    embeddings: NDArray[np.float32]

    def has_any(self, product: str) -> bool:
        """Whether there is a reference of this product."""
        return any(reference.product == product and not reference.removed_at for reference in self.references)

    def nearest(self, embedding: NDArray[np.float32], *, product: str, label: ReferenceLabel) -> Neighbour | None:
        """The reference of this product and label that is most like `embedding` [D], of unit length."""
        rows = [i for i, r in enumerate(self.references) if r.product == product and r.label == label]
        similarity = self.embeddings[rows] @ embedding if rows else np.zeros(0, np.float32)
        for at in np.argsort(-similarity, kind="stable"):
            found = self.find(self.references[rows[at]].id)
            if found is not None:
                return Neighbour(reference=found, similarity=float(similarity[at]))
        return None

    def find(self, reference_id: str) -> Reference | None:
        """The reference of this id; None where there is none, or where it was erased, also since this was read."""
        for reference in self.references:
            if reference.id == reference_id and not reference.removed_at:
                return reference if (self.bundle.folder / reference.file).is_file() else None
        return None

    def image(self, reference: Reference) -> bytes:
        """Its JPEG, checked against the bundle's list. Raises BundleError where it is gone or another."""
        return self.bundle.read_file(reference.file)


def read_references(bundle: Bundle) -> ReferenceBank:
    """The references of a checked bundle. Raises BundleFormatUnknown, or BundleError where index and files disagree."""
    if INDEX_FILE not in bundle.files:
        return ReferenceBank(bundle=bundle, embeddings=np.zeros((0, 0), np.float32))
    index = _read_index(bundle)
    embeddings = _read_embeddings(bundle, len(index.references))
    for reference in index.references:
        if not reference.removed_at and bundle.files.get(reference.file) != reference.sha256:
            raise BundleError(
                f"{bundle.folder / INDEX_FILE} names {reference.file}, which is not the sealed file of that name: "
                "copy the bundle again, or erase it with `touchstone references remove`."
            )
    return ReferenceBank(bundle=bundle, references=index.references, embeddings=embeddings)


def write_references(
    folder: Path, graph: str, references: Sequence[Reference], images: Sequence[bytes], embeddings: NDArray[np.float32]
) -> None:
    """Writes images, embeddings [N, D] and the index into a bundle's folder; seal the bundle after it."""
    (folder / FOLDER).mkdir()
    for reference, image in zip(references, images, strict=True):
        (folder / reference.file).write_bytes(image)
    _write_tables(folder, ReferenceIndex(graph=graph, references=tuple(references)), embeddings)


def remove_references(
    folder: Path, ids: Collection[str] = (), *, listings: Collection[str] = ()
) -> tuple[Reference, ...]:
    """Erases references by id or listing and seals the bundle anew; gives those that were erased now.

    Their images are deleted and their embeddings and listings blanked; bundle.json, and so the bundle's own sha256,
    changes. One that was erased before is left as it is. Raises ReferenceUnknown, naming the first that isn't there.
    """
    bundle = read_bundle(folder)
    bank = read_references(bundle)
    _refuse_unknown(bank, ids, listings)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    chosen = [
        i for i, r in enumerate(bank.references) if not r.removed_at and (r.id in ids or r.listing in set(listings))
    ]
    if not chosen:
        return ()
    kept = list(bank.references)
    embeddings = bank.embeddings.copy()
    for i in chosen:
        kept[i] = replace(kept[i], listing=None, removed_at=now)
        embeddings[i] = 0
    index = replace(_read_index(bundle), references=tuple(kept))
    _write_tables(folder, index, embeddings)
    for i in chosen:
        (folder / kept[i].file).unlink()
    seal_bundle(folder, bundle.metadata)
    return tuple(bank.references[i] for i in chosen)


def _refuse_unknown(bank: ReferenceBank, ids: Collection[str], listings: Collection[str]) -> None:
    known = {reference.id for reference in bank.references}
    known_listings = {reference.listing for reference in bank.references}
    for what, asked, there in (("reference", ids, known), ("listing", listings, known_listings)):
        for name in asked:
            if name not in there:
                raise ReferenceUnknown(
                    f"{bank.bundle.folder} has no {what} {name[:80]!r} among its {len(known)} references: "
                    "`touchstone references list` names them."
                )


def _read_index(bundle: Bundle) -> ReferenceIndex:
    file = bundle.folder / INDEX_FILE
    try:
        table = json.loads(bundle.read_file(INDEX_FILE))
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{file} is no JSON ({str(error)[:120]}): copy the bundle again.") from error
    version = table.get("format_version") if isinstance(table, dict) else None
    if version != INDEX_VERSION or isinstance(version, bool):
        raise BundleFormatUnknown(
            f"{file} has format_version {str(version)[:40]!r}, and this Touchstone reads {INDEX_VERSION}: install the "
            "version that wrote the bundle, or train it again."
        )
    return from_json(ReferenceIndex, table, INDEX_FILE)


def _read_embeddings(bundle: Bundle, count: int) -> NDArray[np.float32]:
    try:
        found = np.load(io.BytesIO(bundle.read_file(EMBEDDINGS_FILE)), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise BundleError(
            f"{bundle.folder / EMBEDDINGS_FILE} is no array ({str(error)[:120]}): copy the bundle again."
        ) from error
    if found.ndim != 2 or len(found) != count or found.dtype.kind != "f":
        raise BundleError(
            f"{bundle.folder / EMBEDDINGS_FILE} is {found.dtype} {list(found.shape)}: expected a row for each of the "
            f"{count} references; copy the bundle again."
        )
    return np.asarray(found, np.float32)


def _write_tables(folder: Path, index: ReferenceIndex, embeddings: NDArray[np.float32]) -> None:
    stream = io.BytesIO()
    np.save(stream, embeddings.astype(np.float16), allow_pickle=False)
    text = json.dumps(to_json_table(index), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    for name, data in ((EMBEDDINGS_FILE, stream.getvalue()), (INDEX_FILE, text.encode())):
        partial = (folder / name).with_name(f".{Path(name).name}.partial")
        partial.write_bytes(data)
        partial.replace(folder / name)
