"""Photos with boxes for changed copies, coloured squares before walls, and their robustness under a tiny bundle."""

import io
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from training.data.manifest import read_manifest
from training.evaluation.predict import predict_manifest
from training.perturbations.photo import Change
from training.robustness.robustness import Robustness, RobustnessPlan, measure_robustness
from vision.detector import Detector

BOX = "0.25,0.25,0.75,0.75"


def write_photos(
    folder: Path, *, box: str = BOX, wall: Literal["grey", "label"] = "grey", shareable: str = "1"
) -> Path:
    """Eight listings: a red (genuine) or blue square before a grey wall, or before one of its label's colour."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["photo,label,product,listing,shareable,box_x0,box_y0,box_x1,box_y1"]
    for n in range(8):
        label, colour = ("genuine", (180, 128, 75)) if n % 2 == 0 else ("counterfeit", (75, 128, 180))
        scene = np.random.default_rng(n).integers(-30, 30, (200, 200, 3))
        scene[:] += 128
        square = slice(50, 150) if wall == "grey" else slice(0, 200)
        scene[square, square] += np.array(colour) - 128
        if wall == "label":
            scene[50:150, 50:150] -= np.array(colour) - 128
        Image.fromarray(scene.clip(0, 255).astype(np.uint8)).save(folder / f"{n}.png")
        lines.append(f"{n}.png,{label},toy,L{n},{shareable},{box or ',,,'}")
    manifest = folder / "manifest.csv"
    manifest.write_text("\n".join(lines) + "\n")
    return manifest


def robustness_of(tmp_path: Path, manifest: Path, *changes: Change, threads: int = 1) -> Robustness:
    """The robustness of a tiny bundle on this manifest: red photos are genuine, blue ones counterfeit."""
    console = Console(file=io.StringIO())
    write_tiny_bundle(tmp_path / "bundle")
    detector, rows = Detector(tmp_path / "bundle"), read_manifest(manifest)
    results, _ = predict_manifest(detector, rows, threads=threads, console=console)
    listings = [one.listing for one in results if one.listing]
    photos = [photo for one in results for photo in one.photos]
    plan = RobustnessPlan(changes=changes)
    return measure_robustness(detector, rows, listings, photos, plan, threads=threads, console=console)
