"""How far a photo's authenticity moves between uploads of 1, 4 and 12 megapixels.

    python -m benchmarks.detection.upload_size BUNDLE MANIFEST [--photos 200] [--quality 95]

Each photo is enlarged by Lanczos to the three sizes and saved as JPEG, so that the pictures differ in size alone.
Prints the median, the 95th percentile and the largest spread of authenticity (calibrated, of the photo alone).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.detection.options import add_bundle_options, make_parser
from training.data.manifest import read_manifest
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector

MEGAPIXELS = (1, 4, 12)


def uploads(photo: Path, quality: int) -> Iterator[bytes]:
    """The photo as a JPEG of each size."""
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    for megapixels in MEGAPIXELS:
        scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
        size = (round(image.width * scale), round(image.height * scale))
        stream = io.BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(stream, "JPEG", quality=quality)
        yield stream.getvalue()


def spread(detector: Detector, photo: Path, quality: int) -> float:
    """Largest minus smallest authenticity of the photo's uploads."""
    authenticity = detector.scorer.graph.photo_calibration.authenticity
    logits = [detector.judge_photo(data, 0).logit for data in uploads(photo, quality)]
    if any(logit is None for logit in logits):
        raise SystemExit(f"{photo} can't be read")
    found = [authenticity(logit) for logit in logits if logit is not None]
    return max(found) - min(found)


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    parser.add_argument("--photos", type=int, default=200)
    parser.add_argument("--quality", type=int, default=95)
    arguments = parser.parse_args()
    rows = read_manifest(arguments.manifest, where=arguments.where).rows
    picks = np.random.default_rng(0).choice(len(rows), min(arguments.photos, len(rows)), replace=False)
    detector = Detector(arguments.bundle)
    with ThreadPoolExecutor(arguments.threads) as pool:
        spreads = list(pool.map(lambda i: spread(detector, rows[i].photo, arguments.quality), picks))
    median, high = np.percentile(spreads, [50, 95])
    print(f"{len(spreads)} photos at {MEGAPIXELS} MP, JPEG quality {arguments.quality}: spread of authenticity")
    print(f"median {median:.4f}, 95th percentile {high:.4f}, largest {max(spreads):.4f}")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
