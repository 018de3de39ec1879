"""Deletion test: whether verdicts change when the crops that explain them are painted out.

    python -m benchmarks.detection.deletion BUNDLE MANIFEST [--where split==test] [--listings 100] [--networks 5]

Of listings that the bundle was not fitted on, with the outcome genuine or counterfeit, the two or three crops of each
photo that contributed most to it are painted out (training/perturbations/product.py), and photo and listing checked
again. The same is done with crops anywhere in the photo, with crops on the product's box, and with the crops that a
network of random weights (benchmarks/detection/random_weights.py) gives for the same outcome.

`moved` is how far a photo's logit goes towards the other side, in standard deviations of the photos' logits; `changed`
the share of listings with another outcome; `crops minus this` the paired difference. At the end the random-weight
networks' own logit, after their own crops. Intervals are over listings.
"""

from __future__ import annotations

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
from benchmarks.detection.formatting import with_interval
from benchmarks.detection.options import add_bundle_options, add_random_network_options, make_parser
from benchmarks.detection.random_weights import network_of, shuffle_weights
from benchmarks.detection.unseen import draw_unseen_listings
from training.data.manifest import Manifest, PhotoRow, read_manifest
from training.progress import photo_progress
from vision.bundle.bundle import Bundle, read_bundle
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    add_random_network_options(parser, listings=100, drawn="drawn by label, product and the seed")
    arguments = parser.parse_args()
    console = Console()
    bundle = read_bundle(arguments.bundle)
    manifest = read_manifest(arguments.manifest, where=arguments.where).labelled()
    listings = unseen_listings(manifest, bundle, arguments.listings, arguments.seed)
    if not listings:
        raise SystemExit("the bundle was fitted on every labelled listing: give another manifest or --where")
    photos = [row.photo for rows in listings for row in rows]
    with TemporaryDirectory() as scratch:
        untrained = [
            Detector(shuffle_weights(bundle, Path(scratch) / str(n), photos, seed=arguments.seed + n))
            for n in range(arguments.networks)
        ]
        found = delete_all(Detector(bundle), untrained, listings, arguments.seed, arguments.threads, console)
    spreads = logit_spreads(found)
    print(f"standard deviation of photos' logits: {spreads[0]:.3g}, of the random-weight networks' {spreads[1]:.3g}")
    for outcome in ("counterfeit", "genuine"):
        print_figures(f"outcome {outcome}", [one for one in found if one.outcome == outcome], spreads)
    print_figures("both", found, spreads)


def unseen_listings(manifest: Manifest, bundle: Bundle, count: int, seed: int) -> list[tuple[PhotoRow, ...]]:
    """The first 12 photos of each drawn listing that the bundle was not fitted on."""
    drawn = sorted(draw_unseen_listings(manifest.rows, bundle, count, seed))
    return [tuple(manifest.rows[i] for i in manifest.listings[name][:MAX_PHOTOS]) for name in drawn]


def delete_all(
    detector: Detector,
    untrained: list[Detector],
    listings: list[tuple[PhotoRow, ...]],
    seed: int,
    threads: int,
    console: Console,
) -> list[ListingDeletion]:
    """Every listing with a verdict, each beside one of the random-weight networks."""
    total = sum(len(rows) for rows in listings)
    with photo_progress("painting out", total, console) as advance, ThreadPoolExecutor(threads) as pool:

        def one(rows: tuple[PhotoRow, ...]) -> ListingDeletion | None:
            other = untrained[network_of(rows[0].listing, len(untrained))]
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
        moved = f"; crops minus this: {with_interval(f.moved_difference)}" if place != "crops" else ""
        changed = f"; crops minus this: {with_interval(f.changed_difference)}" if place != "crops" else ""
        print(f"  {place}: moved {with_interval(f.moved)}{moved}")
        print(f"    changed {with_interval(f.changed)}{changed}")
    own, difference = own_deletion(found, spreads[1])
    print(
        f"  random-weight networks' own logit: moved {with_interval(own)}, "
        f"minus crops anywhere {with_interval(difference)}"
    )


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
