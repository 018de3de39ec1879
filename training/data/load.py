"""The labelled photos of a run, by its `data` section: corrected, filtered, without mixed listings."""

from __future__ import annotations

from rich.console import Console

from training.data.config import DataConfig
from training.data.manifest import Manifest, mixed_product_listings, read_manifest, without_listings


def read_training_data(data: DataConfig, console: Console) -> Manifest:
    """Read the manifest, and print what was corrected or dropped. Raises ManifestError."""
    manifest = read_manifest(data.manifest, where=data.where, product=data.product, corrections=data.corrections)
    if manifest.corrected is not None:
        console.print(f"{data.corrections}: {manifest.corrected.in_words()}", soft_wrap=True)
    manifest = manifest.labelled()
    mixed = mixed_product_listings(manifest)
    if mixed and data.drop_mixed_listings:
        console.print(f"dropped {len(mixed)} listings that show two products: {', '.join(mixed)}")
        manifest = without_listings(manifest, mixed)
    return manifest
