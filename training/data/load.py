"""The photos that a `data` section names: corrected, filtered, and with one line of what was read and left out."""

from __future__ import annotations

from rich.console import Console

from training.data.config import DataConfig
from training.data.manifest import Manifest, mixed_product_listings, read_manifest, without_listings


def read_data(data: DataConfig, console: Console) -> Manifest:
    """Read the manifest; print what was read, left out, corrected and dropped. Raises ManifestError."""
    return _finished(_read(data, console), data, console)


def read_training_data(data: DataConfig, console: Console) -> Manifest:
    """Read the labelled photos of the manifest, like `read_data`. Raises ManifestError."""
    return _finished(_read(data, console).labelled(), data, console)


def _read(data: DataConfig, console: Console) -> Manifest:
    manifest = read_manifest(
        data.manifest,
        where=data.where,
        product=data.product,
        corrections=data.corrections,
        class_folders=data.class_folders,
    )
    if manifest.corrected is not None:
        console.print(f"{data.corrections}: {manifest.corrected.in_words()}", soft_wrap=True, markup=False)
    return manifest


def _finished(manifest: Manifest, data: DataConfig, console: Console) -> Manifest:
    mixed = mixed_product_listings(manifest)
    if mixed and data.drop_mixed_listings:
        line = f"dropped {len(mixed)} listings that show two products: {', '.join(mixed)}"
        console.print(line, soft_wrap=True, markup=False)
        manifest = without_listings(manifest, mixed)
    line = f"{manifest.name}: {manifest.reading_in_words()}"
    console.print(line, soft_wrap=True, markup=False, highlight=False)
    return manifest
