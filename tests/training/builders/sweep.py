"""Sweeps of the toy configuration."""

from __future__ import annotations

from pathlib import Path

from tests.builders.training_data import write_toy_config
from training.sweep.config import SweepConfig
from training.sweep.variants import Variant, read_variants
from vision.config.read import read_config


def write_sweep(folder: Path, variants: str, more: str = "") -> Path:
    base = write_toy_config(folder, folder / "manifest.csv")
    file = folder / "sweep.toml"
    head = f'base = "{base.as_posix()}"\nfolder = "{folder.as_posix()}/sweep"\n{more}\n'
    file.write_text(head + variants, encoding="utf-8")
    return file


def variants_of(folder: Path, variants: str, more: str = "", *overrides: str) -> tuple[Variant, ...]:
    return read_variants(read_config(SweepConfig, write_sweep(folder, variants, more), overrides))


TWO = "[variants.linear]\n[variants.kernel]\nmodel.head = 'kernel'\nfrozen.c = 1\n"
