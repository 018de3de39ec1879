"""The labelled photos that a run reads, as its `data` section asks: filtered, corrected, without mixed listings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from training.data.manifest import Manifest, mixed_product_listings, read_manifest, without_listings
from training.pipeline.config import DataConfig
from training.runs.folder import RunRecord, read_run_record
from vision.config.convert import build_section


def read_training_data(data: DataConfig, console: Console) -> Manifest:
    """Read the manifest, and say what was corrected or left out. Raises ManifestError."""
    manifest = read_manifest(data.manifest, where=data.where, product=data.product, corrections=data.corrections)
    if manifest.corrected is not None:
        console.print(f"{data.corrections}: {manifest.corrected.in_words()}", soft_wrap=True)
    manifest = manifest.labelled()
    mixed = mixed_product_listings(manifest)
    if mixed and data.drop_mixed_listings:
        console.print(f"left out {len(mixed)} listings that show two products: {', '.join(mixed)}")
        manifest = without_listings(manifest, mixed)
    return manifest


def read_data_of_run(folder: Path, console: Console, *, manifest: Path | None = None) -> Manifest:
    """Read what a run was trained on, from `manifest` where it has moved. Raises RunError and ManifestError."""
    return read_training_data(data_of_run(read_run_record(folder), manifest=manifest), console)


def data_of_run(record: RunRecord, *, manifest: Path | None = None) -> DataConfig:
    """The `data` section of a run, with `manifest` where it has moved."""
    data = build_section(DataConfig, record.config["data"], "data")
    return replace(data, manifest=manifest or data.manifest)
