"""Pointing game: whether evidence points at the cue, compared with chance and with random networks.

    python -m benchmarks.detection.pointing BUNDLE MANIFEST [--where split==test] [--listings 200] [--networks 5]

Measured on held-out counterfeit photos with a visible cue (a mask that is not empty), whatever the verdict. `hit` is
the share of photos on which the place with the most evidence for counterfeit lies in the cue's mask, widened by one
place. `chance` is the same for a random place of the photo, `on product` for a random place of the product's box.
`inside` is the share of all evidence for counterfeit that lies in the widened mask. There are three variants: all cues
together; the smallest alone, which is strictest; and all without the map's outermost places, where random networks have
the most evidence. Random networks are the same graph with shuffled weights (benchmarks/detection/random_weights.py);
their photos are pooled. Intervals are over listings.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from rich.console import Console

from benchmarks.detection.pointing_game import (
    Pointing,
    PointingFigures,
    by_cue_size,
    measure_pointing,
    point,
    smallest_cue,
)
from benchmarks.detection.random_weights import shuffle_weights
from training.data.manifest import Manifest, PhotoRow, read_manifest
from training.progress import photo_progress
from training.robustness.robustness import draw_listings
from training.statistics.estimate import Estimate
from vision.bundle.bundle import SEEN_DIGITS, Bundle, read_bundle, seen_photos
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector

Games = tuple[Pointing, Pointing, Pointing]  # all cues together, the smallest, and all away from the map's edge


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("manifest", type=Path)
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--listings", type=int, default=200, help="counterfeit listings, drawn by the seed")
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
    manifest = read_manifest(arguments.manifest, where=arguments.where)
    rows = marked_rows(manifest, bundle, arguments.listings, arguments.seed)
    if not rows:
        raise SystemExit(
            "no counterfeit photo with a mask is held-out for this bundle: give another manifest or --where"
        )
    trained = play(Detector(bundle), rows, arguments.threads, console)
    of_random_networks: list[Games] = []
    with TemporaryDirectory() as scratch:
        for n in range(arguments.networks):
            folder = Path(scratch) / str(n)
            other = shuffle_weights(bundle, folder, [row.photo for row in rows], seed=arguments.seed + n)
            own = [row for row in rows if share_of(row.listing, arguments.networks) == n]
            of_random_networks += play(Detector(other), own, arguments.threads, console)
    for title, games in (("trained", trained), ("random weights", of_random_networks)):
        print(f"\n{title}: {len(games)} photos of {len({game[0].listing for game in games})} listings")
        for kind, name in enumerate(("all cues", "smallest cue", "all cues, without the map's outermost places")):
            print_figures(name, [three[kind] for three in games])


def marked_rows(manifest: Manifest, bundle: Bundle, listings: int, seed: int) -> list[PhotoRow]:
    """Counterfeit photos with a mask, of listings drawn by the seed, none of which the bundle was fitted on."""
    seen = seen_photos(bundle)
    marked = [row for row in manifest.rows if row.label == "counterfeit" and row.mask]
    known = {row.listing for row in marked if hashlib.sha256(row.photo.read_bytes()).hexdigest()[:SEEN_DIGITS] in seen}
    strata = {row.listing: ("counterfeit", row.product) for row in marked if row.listing not in known}
    drawn = draw_listings(strata, listings, seed)
    return [row for row in marked if row.listing in drawn]


def share_of(listing: str, networks: int) -> int:
    """Which of the random networks judges this listing."""
    return int.from_bytes(hashlib.sha256(listing.encode()).digest()[:4], "big") % networks


def play(detector: Detector, rows: Sequence[PhotoRow], threads: int, console: Console) -> list[Games]:
    """The games on every photo whose mask marks something."""
    with photo_progress("pointing", len(rows), console) as advance, ThreadPoolExecutor(threads) as pool:

        def one(row: PhotoRow) -> Games | None:
            found = play_one(detector, row)
            advance(1)
            return found

        return [games for games in pool.map(one, rows) if games]


def play_one(detector: Detector, row: PhotoRow) -> Games | None:
    """The three games on one photo; None where its mask marks nothing or it can't be read."""
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
    """All of them, and by how much of the photo the widened mask takes."""
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
    print(f"{name} ({f.photos}): " + ", ".join(f"{what} {in_words(figure)}" for what, figure in parts))


def in_words(figure: Estimate) -> str:
    """`0.93 [0.90, 0.95]`."""
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
