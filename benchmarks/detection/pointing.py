"""Pointing game: whether evidence points at the cue that gives a counterfeit away.

    python -m benchmarks.detection.pointing BUNDLE MANIFEST [--where split==test] [--listings 200] [--networks 5]

Over counterfeit photos with a visible cue (a mask with a marked pixel) of listings that the bundle was not fitted on,
whatever the verdict: `hit` is the share of photos on which the place with the strongest evidence for counterfeit is in
the cue's mask widened by one place, `chance` the same for a random place of the photo, `on product` for a random place
of the product's box, and `inside` the share of all evidence for counterfeit inside the widened mask.

First all cues of a photo together, then its smallest alone, then all of them without the map's outermost places, where
networks of random weights are strongest. These are the same graph with its weights shuffled
(benchmarks/detection/random_weights.py); their photos are pooled. Intervals are over listings.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from rich.console import Console

from benchmarks.detection.formatting import with_interval
from benchmarks.detection.options import add_bundle_options, add_random_network_options, make_parser
from benchmarks.detection.pointing_game import (
    Pointing,
    PointingFigures,
    by_cue_size,
    measure_pointing,
    point,
    smallest_cue,
)
from benchmarks.detection.random_weights import network_of, shuffle_weights
from benchmarks.detection.unseen import draw_unseen_listings
from training.data.manifest import Manifest, PhotoRow, read_manifest
from training.progress import photo_progress
from vision.bundle.bundle import Bundle, read_bundle
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector

Games = tuple[Pointing, Pointing, Pointing]  # all cues together, the smallest, and all away from the map's edge


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    add_random_network_options(parser, listings=200, drawn="counterfeit listings, drawn by product and the seed")
    arguments = parser.parse_args()
    console = Console()
    bundle = read_bundle(arguments.bundle)
    manifest = read_manifest(arguments.manifest, where=arguments.where)
    rows = marked_rows(manifest, bundle, arguments.listings, arguments.seed)
    if not rows:
        raise SystemExit("no listing with a masked counterfeit photo is left: give another manifest or --where")
    trained = play(Detector(bundle), rows, arguments.threads, console)
    untrained: list[Games] = []
    with TemporaryDirectory() as scratch:
        for n in range(arguments.networks):
            folder = Path(scratch) / str(n)
            other = shuffle_weights(bundle, folder, [row.photo for row in rows], seed=arguments.seed + n)
            own = [row for row in rows if network_of(row.listing, arguments.networks) == n]
            untrained += play(Detector(other), own, arguments.threads, console)
    for title, games in (("trained", trained), ("random weights", untrained)):
        print(f"\n{title}: {len(games)} photos of {len({game[0].listing for game in games})} listings")
        for kind, name in enumerate(("all cues", "smallest cue", "all cues, without the map's outermost places")):
            print_figures(name, [three[kind] for three in games])


def marked_rows(manifest: Manifest, bundle: Bundle, listings: int, seed: int) -> list[PhotoRow]:
    """Counterfeit photos with a mask, of drawn listings that the bundle was not fitted on."""
    marked = [row for row in manifest.rows if row.label == "counterfeit" and row.mask]
    drawn = draw_unseen_listings(marked, bundle, listings, seed)
    return [row for row in marked if row.listing in drawn]


def play(detector: Detector, rows: Sequence[PhotoRow], threads: int, console: Console) -> list[Games]:
    """The games on every photo with a marked cue."""
    with photo_progress("pointing", len(rows), console) as advance, ThreadPoolExecutor(threads) as pool:

        def one(row: PhotoRow) -> Games | None:
            found = play_one(detector, row)
            advance(1)
            return found

        return [games for games in pool.map(one, rows) if games]


def play_one(detector: Detector, row: PhotoRow) -> Games | None:
    """The three games on one photo; None where no cue is marked or it can't be read."""
    evidence = detector.judge_photo(row.photo.read_bytes(), 0).evidence
    if evidence is None or row.mask is None:
        return None
    with Image.open(row.mask) as opened:
        mask = np.asarray(opened.convert("L"))
    together = point(evidence, mask > 0, listing=row.listing, box=row.box)
    smallest = point(evidence, smallest_cue(mask), listing=row.listing, box=row.box)
    inner = point(evidence, mask > 0, listing=row.listing, box=row.box, edge=False)
    return (together, smallest, inner) if together and smallest and inner else None


def print_figures(name: str, games: Sequence[Pointing]) -> None:
    """All of them, and by the size of the widened mask."""
    print_line(name, measure_pointing(games))
    for low, high, own in by_cue_size(games):
        if own:
            print_line(f"  {low:.0%} to {min(high, 1):.0%} of the photo", measure_pointing(own))


def print_line(name: str, f: PointingFigures) -> None:
    """One line of figures."""
    parts = (
        ("hit", f.hit),
        ("chance", f.chance),
        ("gain", f.gain),
        ("on product", f.chance_on_product),
        ("gain", f.gain_on_product),
        ("inside", f.inside),
        ("gain", f.inside_gain),
    )
    print(f"{name} ({f.photos}): " + ", ".join(f"{what} {with_interval(figure)}" for what, figure in parts))


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
