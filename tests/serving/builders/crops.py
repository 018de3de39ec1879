"""A bundle with references, and the crops that a server shows beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE, RED, add_tiny_references
from tests.serving.servers.running import Running
from vision.bundle.references import Reference

Stocked = tuple[Path, tuple[Reference, ...]]


def write_stocked_bundle(folder: Path) -> Stocked:
    """Write a bundle whose name needs quoting, with a red and a blue reference, that finds the product."""
    bundle = write_tiny_bundle(folder, name="dryers 2/3", foreground=True)
    sealed, written = add_tiny_references(bundle, [("genuine", RED), ("counterfeit", BLUE)])
    return sealed.folder, written


def crops_of(site: Running, *photos: bytes, index: int = 0) -> dict[str, Any]:
    answer = site.answer(*photos)
    found: dict[str, Any] = site.http.get(f"/v1/checks/{answer['check_id']}/photos/{index}/crops").json()
    return found
