"""Reads C2PA manifests that are embedded in a photo; nothing is fetched, neither manifests nor revocations."""

from __future__ import annotations

import functools
import io
import json
from typing import Any, Final

from serving.evidence.provenance.source_types import MAX_TEXT, Mark, mark_of
from vision.errors import PhotoError
from vision.photo.format import PhotoFormat, sniff_format

MAX_MANIFEST_BYTES: Final = 4 * 2**20
MAX_MARKS: Final = 8
_NO_NETWORK: Final = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
_TYPES: Final[dict[PhotoFormat, str]] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
}
_MARKER: Final = b"c2pa"  # stands in every manifest store: the label of its first box
NOT_INSTALLED: Final = Mark(
    standard="C2PA", kind="other", text="a manifest, which is not read here: install touchstone[documents]"
)
UNREADABLE: Final = Mark(standard="C2PA", kind="other", text="a manifest that cannot be read")


def read_c2pa(photo: bytes) -> tuple[Mark, ...]:
    """Give the marks in the photo's manifests, strongest statement first.

    The library is loaded only for photos in which a manifest may be.
    """
    if _MARKER not in photo:
        return ()
    try:
        kind = _TYPES[sniff_format(photo)]
    except PhotoError:
        return ()
    try:
        import c2pa
    except ModuleNotFoundError:
        return (NOT_INSTALLED,)
    try:
        reader = c2pa.Reader.try_create(kind, io.BytesIO(photo), context=_context())
        if reader is None:
            return ()
        with reader:
            text = reader.json()
    except c2pa.C2paError:
        return (UNREADABLE,)
    return _marks(text) if len(text) <= MAX_MANIFEST_BYTES else (UNREADABLE,)


@functools.cache
def _context() -> Any:
    import c2pa

    return c2pa.Context.from_dict(_NO_NETWORK)


def _marks(text: str) -> tuple[Mark, ...]:
    try:
        store = json.loads(text)
        addition = _addition(store)
        found = [mark_of("C2PA", source, addition) for one in store["manifests"].values() for source in _sources(one)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return (UNREADABLE,)
    if not found:
        return (Mark(standard="C2PA", kind="other", text=f"a manifest without a digital source type{addition}"),)
    return tuple(sorted(dict.fromkeys(found), key=lambda mark: not mark.claims_generation))[:MAX_MARKS]


def _sources(manifest: dict[str, Any]) -> list[str]:
    """The source types of the actions by which a picture was made."""
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label", "")).startswith("c2pa.actions")
        for action in assertion["data"]["actions"]
    ]
    return [str(action["digitalSourceType"]) for action in actions if "digitalSourceType" in action]


def _addition(store: dict[str, Any]) -> str:
    """Whether the manifest's signature holds for this file, and which program claims to have made it."""
    states = {
        "Trusted": "; the manifest is signed by an authority on the library's list",
        "Valid": "; the manifest's signature holds, by a signer that was not checked",
        "Invalid": "; the manifest does not hold for this file",
    }
    active = store["manifests"].get(store.get("active_manifest"), {})
    made_by = [str(one.get("name", "")) for one in active.get("claim_generator_info", [])]
    program = f"; made by {made_by[0][:MAX_TEXT]!r}" if made_by and made_by[0] else ""
    return states.get(str(store.get("validation_state")), "") + program
