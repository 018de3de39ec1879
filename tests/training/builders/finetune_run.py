"""A data set that can be learnt in seconds, the smallest network of timm, and a run of both as a program."""

import itertools
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from training.data.manifest import Manifest, read_manifest
from training.finetune.config import FinetuneConfig
from training.finetune.loop import FinetuneResult, finetune
from training.model.network import Network, build_network
from vision.inputs import InputGeometry

GEOMETRY = InputGeometry(size_px=64)
CONFIG = FinetuneConfig(
    epochs=4, batch_size=8, lr_body=3e-3, lr_head=2e-2, ema_decay=0.9, patience=0, workers=0, device="cpu"
)
PHOTOS_A_LISTING = 2


def write_manifest(folder: Path, *, listings: int = 20) -> Manifest:
    """Listings of two photos each, by turns a genuine item (bright rings) and a counterfeit one (bright bars)."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    lines = ["photo,label,product,listing"]
    for listing in range(listings):
        label = "counterfeit" if listing % 2 else "genuine"
        for photo in range(PHOTOS_A_LISTING):
            name = f"{listing}-{photo}.png"
            Image.fromarray(draw_item(rng, label)).save(folder / name)
            lines.append(f"{name},{label},toy,L{listing:02}")
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return read_manifest(folder / "manifest.csv")


def draw_item(rng: np.random.Generator, label: str) -> np.ndarray:
    """uint8 [80, 96, 3]: noise of a random colour under rings or bars of period 12 px."""
    y, x = np.mgrid[:80, :96]
    pattern = np.hypot(y - 40, x - 48) if label == "genuine" else x
    light = 90 * (np.sin(pattern * (2 * np.pi / 12) + rng.uniform(0, 6)) > 0)
    noise = rng.integers(0, 60, (80, 96, 3)) + rng.integers(0, 80, 3)
    item: np.ndarray = (noise + light[..., None]).astype(np.uint8)
    return item


def build_tiny_network(seed: int = 0) -> Network:
    """The 0.1-million-weight EfficientNet that timm tests with, with random weights."""
    torch.manual_seed(seed)
    return build_network("test_efficientnet", "none", taps=(1, 2), dropout=0.1)


def rows_of(manifest: Manifest, *, stop_listings: int) -> tuple[list[int], list[int]]:
    """Fit rows and stop rows: the last so many listings stop."""
    first_stop = len(manifest.rows) - stop_listings * PHOTOS_A_LISTING
    return list(range(first_stop)), list(range(first_stop, len(manifest.rows)))


def run_tiny(
    folder: Path,
    manifest: Manifest,
    config: FinetuneConfig = CONFIG,
    *,
    stop_listings: int = 6,
    network: Network | None = None,
) -> FinetuneResult:
    """Fine-tune the tiny network in `folder`/run, with the cache beside it."""
    fit, stop = rows_of(manifest, stop_listings=stop_listings)
    return finetune(
        network or build_tiny_network(),
        manifest,
        fit=fit,
        stop=stop,
        geometry=GEOMETRY,
        config=config,
        folder=folder / "run",
        seed=7,
        cache_folder=folder / "cache",
    )


def kill_after(network: Network, steps: int) -> Network:
    """The network, which kills its process with SIGKILL in the step after so many."""
    taken = itertools.count()

    def count(module: nn.Module, photos: object) -> None:
        if module.training and next(taken) == steps:
            os.kill(os.getpid(), signal.SIGKILL)

    network.register_forward_pre_hook(count)
    return network


def main(folder: Path, epochs: int, steps: int | None = None) -> None:
    """A run as a program: `python -m tests.training.builders.finetune_run FOLDER EPOCHS [KILL_AFTER_STEPS]`."""
    torch.set_num_threads(1)
    manifest = read_manifest(folder / "photos" / "manifest.csv")
    network = build_tiny_network() if steps is None else kill_after(build_tiny_network(), steps)
    result = run_tiny(folder, manifest, replace(CONFIG, epochs=epochs), network=network)
    torch.save(result.network.state_dict(), folder / f"weights-{os.environ.get('RANK', 0)}.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
