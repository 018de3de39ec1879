"""Photos of known colours, and the evaluation of a tiny bundle on them: red ones are genuine, blue ones counterfeit."""

import csv
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console

from tests.builders.bundle import write_tiny_bundle
from training.data.manifest import read_manifest
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.evaluation import Evaluation

COLUMNS = ("photo", "label", "product", "listing", "maker", "cue", "view", "fold", "shareable")
SILENT = Console(file=io.StringIO())


class PhotoSet:
    """A manifest that grows row by row; each photo is noise around one colour, so that no two are alike."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[dict[str, str]] = []
        folder.mkdir(parents=True, exist_ok=True)

    def add(self, listing: str, label: str, *, red: int, photos: int = 2, **cells: str) -> None:
        for _ in range(photos):
            name = f"{len(self.rows):03}.jpg"
            rng = np.random.default_rng(len(self.rows))
            pixels = rng.integers(-40, 40, (200, 200, 3)) + np.array([red, 128, 255 - red])
            Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(self.folder / name)
            row = dict.fromkeys(COLUMNS, "") | {"photo": name, "label": label, "product": "toy", "listing": listing}
            self.rows.append(row | cells)

    def write(self) -> Path:
        path = self.folder / "manifest.csv"
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows)
        return path

    def digest(self, index: int) -> str:
        return hashlib.sha256((self.folder / self.rows[index]["photo"]).read_bytes()).hexdigest()


def six_listings(folder: Path) -> PhotoSet:
    """Six listings: four clear ones, one genuine with a high suspicion and one counterfeit with a low one."""
    made = PhotoSet(folder)
    made.add("g1", "genuine", red=180, view="whole")
    made.add("g2", "genuine", red=170, shareable="1")
    made.add("g-wrong", "genuine", red=90, photos=1, shareable="1")
    made.add("c1", "counterfeit", red=70, maker="m1", cue="seam;font")
    made.add("c2", "counterfeit", red=80, maker="m1", cue="font", fold="3")
    made.add("c-wrong", "counterfeit", red=165, photos=1, maker="m2", cue="seam")
    return made


def evaluated(tmp_path: Path, photos: PhotoSet, *, seen: Sequence[str] = (), out: Path | None = None) -> Evaluation:
    write_tiny_bundle(tmp_path / "bundle", seen=seen)
    return evaluate_bundle(tmp_path / "bundle", read_manifest(photos.write()), out=out, console=SILENT)
