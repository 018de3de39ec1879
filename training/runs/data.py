"""The data that a run was trained on, read again from what its folder records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from rich.console import Console

from training.data.config import DataConfig
from training.data.load import read_training_data
from training.data.manifest import Manifest
from training.runs.folder import RunRecord, read_run_record
from vision.config.convert import build_section


def read_data_of_run(folder: Path, console: Console, *, manifest: Path | None = None) -> Manifest:
    """Read what a run was trained on, from `manifest` where it has moved. Raises RunError and ManifestError."""
    return read_training_data(data_of_run(read_run_record(folder), manifest=manifest), console)


def data_of_run(record: RunRecord, *, manifest: Path | None = None) -> DataConfig:
    """The `data` section of a run, with `manifest` where it has moved."""
    data = build_section(DataConfig, record.config["data"], "data")
    return replace(data, manifest=manifest or data.manifest)
