"""The share of `unsupported` outcomes on listings of other goods, each sent as one of the bundle's products.

    python -m benchmarks.detection.unsupported BUNDLE MANIFEST --product air_jordan_1
        [--where product==air_force_1] [--reencode]

Each listing is checked by its first 12 photos, through the Detector. `--reencode` sends every photo as a JPEG of
quality 90 whose longer side is 640 px, so that neither size nor format can explain the outcome.
"""

from __future__ import annotations

import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from benchmarks.detection.options import add_bundle_options, make_parser
from training.data.manifest import read_manifest
from training.statistics.estimate import proportion
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector

SIDE_PX = 640


def reencoded(photo: Path) -> bytes:
    """The photo as a JPEG of one size and quality."""
    with Image.open(photo) as opened:
        image = opened.convert("RGB")
    scale = SIDE_PX / max(image.size)
    stream = io.BytesIO()
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    image.resize(size, Image.Resampling.LANCZOS).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def main() -> None:
    """Check each listing and print the share."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    parser.add_argument(
        "--product", help="the product that each listing is sent as; required if the bundle has several"
    )
    parser.add_argument("--reencode", action="store_true")
    parser.add_argument("--listings", type=int, default=500, help="the first listings of the manifest")
    arguments = parser.parse_args()
    manifest = read_manifest(arguments.manifest, where=arguments.where)
    detector = Detector(arguments.bundle)
    read = reencoded if arguments.reencode else Path.read_bytes
    listings = list(manifest.listings.values())[: arguments.listings]

    def outcome_of(rows: tuple[int, ...]) -> str:
        photos = [read(manifest.rows[row].photo) for row in rows[:MAX_PHOTOS]]
        return detector.check(photos, product=arguments.product).outcome

    with ThreadPoolExecutor(arguments.threads) as pool:
        outcomes = Counter(pool.map(outcome_of, listings))
    share = proportion(outcomes["unsupported"], len(listings))
    counts = ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items()))
    print(f"{len(listings)} listings: unsupported {share.value:.3f} [{share.low:.3f}, {share.high:.3f}] ({counts})")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
