"""Whole training runs on the toy data."""

from __future__ import annotations

import csv
from pathlib import Path

import torch
from rich.console import Console

from tests.builders.training_data import write_toy_config
from training.pipeline.config import TrainConfig
from training.pipeline.train import train
from vision.bundle.bundle import Bundle, read_bundle
from vision.config.read import read_config

TINY = "backbone = 'test_efficientnet'\npretrained = 'none'\ntaps = [1, 2]"


def run_training(folder: Path, manifest: Path, *overrides: str, **tables: str) -> Bundle:
    """Train the toy configuration in `folder`, quietly and in one thread, and read the bundle."""
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    config = read_config(TrainConfig, write_toy_config(folder, manifest, **tables), overrides)
    train(config, Console(quiet=True))
    return read_bundle(config.run.folder / "bundle")


def folds_of(manifest: Path) -> dict[str, str]:
    with manifest.open() as stream:
        return {row["photo"]: row["fold"] for row in csv.DictReader(stream)}


def photos_of_fold(manifest: Path, fold: str) -> list[Path]:
    return [manifest.parent / photo for photo, own in folds_of(manifest).items() if own == fold]
