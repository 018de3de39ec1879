"""Deletion test: whether verdicts change when their crops are painted out, compared with other crops of the same size.

    python -m benchmarks.detection.deletion BUNDLE MANIFEST [--where split==test] [--listings 100] [--networks 5]

On held-out listings with the outcome genuine or counterfeit, the two or three crops of each photo that support the
outcome are painted out (training/perturbations/product.py), and photo and listing are judged again. The same is done
with crops anywhere in the photo, crops on the product's box, and the crops of a network with random weights
(benchmarks/detection/random_weights.py). `moved` is how far a photo's logit moves towards the other class, in standard
deviations of the photos' logits; `changed` is the share of listings with another outcome; `crops minus this` is the
paired difference. The last line has the random networks' own logit, after their own crops. Intervals are over listings.
"""

from __future__ import annotations

import argparse
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from benchmarks.detection.crop_deletion import (
    ListingDeletion,
    delete_crops,
    logit_spreads,
    measure_deletion,
    own_deletion,
)
from benchmarks.detection.pointing import in_words, share_of
from benchmarks.detection.random_weights import shuffle_weights
from training.data.manifest import Manifest, PhotoRow, read_manifest
from training.progress import photo_progress
from training.robustness.robustness import draw_listings
from vision.bundle.bundle import SEEN_DIGITS, Bundle, read_bundle, seen_photos
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--listings", type=int, default=100, help="drawn by label, product and the seed")
    parser.add_argument(
        "--networks",
        type=int,
        default=5,
        help="networks with random weights; each judges an equal share of the listings",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    console = Console()
    bundle = read_bundle(arguments.bundle)
    manifest = read_manifest(arguments.manifest, where=arguments.where).labelled()
    listings = unseen_listings(manifest, bundle, arguments.listings, arguments.seed)
    if not listings:
        raise SystemExit("no labelled listing is held-out for this bundle: give another manifest or --where")
    photos = [row.photo for rows in listings for row in rows]
    with TemporaryDirectory() as scratch:
        others = [
            Detector(shuffle_weights(bundle, Path(scratch) / str(n), photos, seed=arguments.seed + n))
            for n in range(arguments.networks)
        ]
        found = judge(Detector(bundle), others, listings, arguments.seed, arguments.threads, console)
    spreads = logit_spreads(found)
    print(f"standard deviation of photos' logits: {spreads[0]:.3g}, of the random networks' {spreads[1]:.3g}")
    for outcome in ("counterfeit", "genuine"):
        print_figures(f"called {outcome}", [one for one in found if one.outcome == outcome], spreads)
    print_figures("both", found, spreads)


def unseen_listings(manifest: Manifest, bundle: Bundle, count: int, seed: int) -> list[tuple[PhotoRow, ...]]:
    """The first 12 photos of `count` listings drawn by the seed, none of which the bundle was fitted on."""
    seen = seen_photos(bundle)
    known = {row.listing for row in manifest.rows if _digest(row) in seen}
    strata = {
        name: (manifest.rows[rows[0]].label or "", manifest.rows[rows[0]].product)
        for name, rows in manifest.listings.items()
        if name not in known
    }
    drawn = sorted(draw_listings(strata, count, seed))
    return [tuple(manifest.rows[i] for i in manifest.listings[name][:MAX_PHOTOS]) for name in drawn]


def judge(
    detector: Detector,
    others: list[Detector],
    listings: list[tuple[PhotoRow, ...]],
    seed: int,
    threads: int,
    console: Console,
) -> list[ListingDeletion]:
    """Every listing with a verdict, each against one of the random networks."""
    total = sum(len(rows) for rows in listings)
    with photo_progress("painting out", total, console) as advance, ThreadPoolExecutor(threads) as pool:

        def one(rows: tuple[PhotoRow, ...]) -> ListingDeletion | None:
            other = others[share_of(rows[0].listing, len(others))]
            found = delete_crops(detector, other, rows, seed=seed)
            advance(len(rows))
            return found

        return [found for found in pool.map(one, listings) if found]


def print_figures(title: str, found: list[ListingDeletion], spreads: tuple[float, float]) -> None:
    """Two lines a place; moves are in standard deviations."""
    print(f"\n{title}: {len(found)} listings, {sum(len(one.photos) for one in found)} photos")
    if not found:
        return
    for place, f in measure_deletion(found, spreads[0]).items():
        less = f"; crops minus this: {in_words(f.moved_less)}" if place != "crops" else ""
        less_changed = f"; crops minus this: {in_words(f.changed_less)}" if place != "crops" else ""
        print(f"  {place}: moved {in_words(f.moved)}{less}")
        print(f"    changed {in_words(f.changed)}{less_changed}")
    own, less_anywhere = own_deletion(found, spreads[1])
    print(f"  random networks' own logit: moved {in_words(own)}, minus crops anywhere {in_words(less_anywhere)}")


def _digest(row: PhotoRow) -> str:
    return hashlib.sha256(row.photo.read_bytes()).hexdigest()[:SEEN_DIGITS]


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
