"""Candidates: the bundles in `bundles_folder` that may be deployed, each loaded on request."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from PIL import Image

from serving.deployments.config import BundleOptions
from serving.deployments.robustness_rule import call_bundle, refuse_by_robustness
from serving.deployments.slots import LoadedBundle, Slot, open_bundle
from serving.errors import (
    CandidateChecksumMismatch,
    CandidateFormatUnknown,
    CandidateInvalid,
    CandidateMismatch,
    CandidateNotFound,
    RequestRefused,
)
from serving.principal import Principal
from vision.bundle.metadata import METADATA_FILE, READABLE_FORMATS, check_inner_name
from vision.bundle.robustness import RobustnessSummary
from vision.bundle.self_test import self_test_inputs
from vision.detector import Detector
from vision.errors import BundleChecksumMismatch, BundleError, BundleFormatUnknown, CheckError, ConfigError
from vision.json_dataclass import from_json

MAX_LISTED = 200
log = logging.getLogger("touchstone.serving")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A candidate as its bundle.json describes it; its files are checked when it is loaded."""

    candidate: str
    name: str
    version: str
    sha256: str
    created_at: str
    products: tuple[str, ...]
    known_format: bool
    files: tuple[str, ...]
    robustness: RobustnessSummary | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """A folder in `bundles_folder` that cannot be brought in: the code and the message of the refusal."""

    candidate: str
    code: str
    reason: str


class Candidates:
    """Finds and loads bundles by the name of their folder; callers give no paths."""

    def __init__(self, bundles_folder: Path | None, options: BundleOptions) -> None:
        self._bundles_folder = bundles_folder
        self._options = options
        self._refused: dict[tuple[str, str | None], RequestRefused] = {}  # by folder and sha256, until it loads
        self._prepared: LoadedBundle | None = None

    def list(self, principal: Principal, name: str) -> list[Candidate]:
        """Give the candidates for a bundle name, sorted by folder; folders without a bundle are left out.

        A member gets those that know no product but its own.
        """
        found: list[Candidate] = []
        for folder in self._folders():
            with contextlib.suppress(CandidateInvalid):
                found.append(_read_candidate(folder))
        visible = [one for one in found if one.name == name and principal.sees_all(one.products)]
        return visible[:MAX_LISTED]

    def require_visible(self, principal: Principal, slot: Slot, candidate: str | None) -> None:
        """Raise CandidateNotFound, as for a folder that is not there, unless the caller may see this candidate."""
        if principal.is_operator or candidate is None:
            return
        if candidate not in {one.candidate for one in self.list(principal, slot.name)}:
            raise _no_such_folder(candidate)

    def list_rejected(self, principal: Principal, slot: Slot, served: Collection[str]) -> Sequence[Rejected]:
        """Give the folders that cannot replace a slot's bundle, and why; those of other bundles that serve are none.

        What bundle.json shows is read here, and what only loading finds is known of candidates that were tried. A
        member gets none, since they may be anybody's.
        """
        rejected: list[Rejected] = []
        if not principal.is_operator:
            return rejected
        for folder in self._folders():
            try:
                candidate = _read_candidate(folder)
                if candidate.name != slot.name and candidate.name in served:
                    continue
                _refuse_unfit(slot, candidate, folder)
                refuse_by_robustness(candidate.robustness, self._options.robustness, call_bundle(folder.name))
                if refused := self._refused.get((candidate.candidate, candidate.sha256)):
                    raise refused
            except RequestRefused as error:
                rejected.append(Rejected(candidate=folder.name, code=error.code, reason=error.message))
        return rejected[:MAX_LISTED]

    def _folders(self) -> Sequence[Path]:
        folder = self._bundles_folder
        if folder is None or not folder.is_dir():
            return []
        return [path for path in sorted(folder.iterdir()) if _is_plain(path.name) and path.is_dir()]

    def folder_of(self, slot: Slot, candidate: str | None) -> Path:
        """Give the folder of a candidate, or for None the one that the settings name; raises CandidateNotFound."""
        if candidate is None:
            return slot.configured_folder
        folder = self._bundles_folder
        if folder is None:
            raise CandidateNotFound("this server has no candidates; set bundles_folder to the folder that holds them")
        # Compared with the folders that exist and never joined to a path: no path traversal.
        if not _is_plain(candidate) or candidate not in {path.name for path in folder.glob("*") if path.is_dir()}:
            raise _no_such_folder(candidate)
        return folder / candidate

    def load(self, slot: Slot, candidate: str | None, expected_sha256: str | None) -> LoadedBundle:
        """Load, check, self-test and warm up a candidate for a slot. Takes seconds: call it in a thread.

        Gives the one in memory where the slot has it already. Raises CandidateNotFound, or the RequestRefused of what
        is wrong with it.
        """
        folder = self.folder_of(slot, candidate)
        sha256 = _metadata_sha256(folder)
        prepared = self._prepared
        for loaded in (*slot.loaded(), *([] if prepared is None else [prepared])):
            if loaded.name == slot.name and loaded.sha256 == sha256 and loaded.candidate == candidate:
                bundle = loaded
                break
        else:
            bundle = self._load_or_note(slot, folder, candidate, sha256)
        if expected_sha256 is not None and bundle.sha256 != expected_sha256:
            raise CandidateMismatch(
                f"{call_bundle(candidate)} has the sha256 {bundle.sha256}, not {expected_sha256[:64]} as asked for"
            )
        return bundle

    def prepare(self, slot: Slot, candidate: str | None) -> LoadedBundle:
        """Load a candidate as `load`, and have it in memory until the next one is prepared, or `release`."""
        self._prepared = self.load(slot, candidate, None)
        return self._prepared

    def release(self, prepared: LoadedBundle) -> None:
        """Have a prepared candidate in memory no longer, unless a slot has it."""
        if self._prepared is prepared:
            self._prepared = None

    def _load_or_note(self, slot: Slot, folder: Path, candidate: str | None, sha256: str | None) -> LoadedBundle:
        """Load, and note a refusal for the list of rejected folders."""
        try:
            bundle = _load_or_refuse(candidate, folder, lambda: self._open(slot, folder, candidate))
        except RequestRefused as error:
            self._refused[candidate or "", sha256] = error
            raise
        self._refused.pop((candidate or "", sha256), None)
        return bundle

    def _open(self, slot: Slot, folder: Path, candidate: str | None) -> LoadedBundle:
        bundle = open_bundle(folder, self._options, candidate)
        _refuse_mismatch(slot, bundle)
        warm_up(bundle.detector)
        return bundle


def warm_up(detector: Detector) -> None:
    """Judge one generated listing for each product, so that the first real one is not slower than the others."""
    pixels = self_test_inputs(max(64, detector.bundle.metadata.geometry.size_px))[0]
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG")
    judgements = [detector.judge_photo(stream.getvalue(), index, with_hash=True) for index in range(2)]
    for product in detector.bundle.metadata.products:
        detector.decide_listing(judgements, product=product)


def _refuse_mismatch(slot: Slot, bundle: LoadedBundle) -> None:
    metadata = bundle.detector.bundle.metadata
    _refuse_other(slot, bundle.candidate, metadata.name, metadata.products)


def _refuse_other(slot: Slot, candidate: str | None, name: str, products: Collection[str]) -> None:
    wanted = slot.active.detector.bundle.metadata
    if name != wanted.name:
        raise CandidateMismatch(f"{call_bundle(candidate)} is named {name!r}, not {wanted.name!r}")
    if set(products) != set(wanted.products):
        raise CandidateMismatch(
            f"{call_bundle(candidate)} knows {', '.join(sorted(products))}; the bundle that it would replace "
            f"knows {', '.join(sorted(wanted.products))}, and callers may ask for any of them"
        )


def _refuse_unfit(slot: Slot, candidate: Candidate, folder: Path) -> None:
    """Refuse a candidate by what its bundle.json shows, in the order in which loading would."""
    if not candidate.known_format:
        raise CandidateFormatUnknown(
            f"{call_bundle(candidate.candidate)} has another format version than those that this server reads: "
            f"{', '.join(map(str, READABLE_FORMATS))}"
        )
    missing = [name for name in candidate.files if not (folder / name).exists()]
    if missing:
        raise CandidateInvalid(
            f"{call_bundle(candidate.candidate)} lacks {', '.join(sorted(missing)[:5])}: copy it again"
        )
    _refuse_other(slot, candidate.candidate, candidate.name, candidate.products)


def _load_or_refuse(candidate: str | None, folder: Path, load: Callable[[], LoadedBundle]) -> LoadedBundle:
    """Load, and turn a failure into an error of the HTTP contract; its message has no path of this machine."""
    try:
        return load()
    except (BundleError, CheckError, ConfigError, OSError) as error:
        kind: type[RequestRefused] = CandidateInvalid
        if isinstance(error, BundleChecksumMismatch):
            kind = CandidateChecksumMismatch
        elif isinstance(error, BundleFormatUnknown):
            kind = CandidateFormatUnknown
        log.warning("candidate %s refused: %s", candidate, error)
        reason = (error.strerror or "it cannot be read") if isinstance(error, OSError) else str(error)
        raise kind(
            f"{call_bundle(candidate)} is refused, and nothing changed: {_without_path(reason, folder)}"
        ) from error


def _without_path(message: str, folder: Path) -> str:
    return message.replace(f"{folder}/", "").replace(str(folder), "the candidate")


def _is_plain(name: str) -> bool:
    return bool(name) and name.isprintable() and not name.startswith(".") and not set(name) & set("/\\")


def _no_such_folder(candidate: str) -> CandidateNotFound:
    return CandidateNotFound(f"bundles_folder has no folder {candidate[:80]!r}; GET …/candidates lists those it has")


def _metadata_sha256(folder: Path) -> str | None:
    try:
        return hashlib.sha256((folder / METADATA_FILE).read_bytes()).hexdigest()
    except OSError:
        return None  # loading it raises the reason


def _read_candidate(folder: Path) -> Candidate:
    """Read a folder's bundle.json; raises CandidateInvalid."""
    try:
        data = (folder / METADATA_FILE).read_bytes()
    except OSError as error:
        raise CandidateInvalid(f"{call_bundle(folder.name)} has no {METADATA_FILE} that can be read") from error
    try:
        table = json.loads(data)
        is_known = table.get("format_version") in READABLE_FORMATS
        return Candidate(
            candidate=folder.name,
            name=str(table["name"]),
            version=str(table["version"]),
            sha256=hashlib.sha256(data).hexdigest(),
            created_at=str(table["created_at"]),
            products=tuple(str(product) for product in table["products"]),
            known_format=is_known,
            files=tuple(name for name in table.get("files", {}) if _is_inner_name(name)),
            robustness=_read_robustness(table.get("robustness")) if is_known else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, BundleError) as error:
        raise CandidateInvalid(f"{call_bundle(folder.name)}: its {METADATA_FILE} is not that of a bundle") from error


def _read_robustness(value: object) -> RobustnessSummary | None:
    return None if value is None else from_json(RobustnessSummary, value, "robustness")


def _is_inner_name(name: str) -> bool:
    """Whether a name in bundle.json stays inside the bundle's folder; loading refuses the others."""
    try:
        check_inner_name(name)
    except BundleError:
        return False
    return True
