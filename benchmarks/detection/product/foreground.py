"""Foreground: whether a bundle finds the product, and whether its evidence lies there.

    python -m benchmarks.detection.product.foreground BUNDLE MANIFEST [--where split==test] [--listings 200]

Over photos with a box or a product mask, of listings that the bundle was not fitted on. The product that was found is
where the foreground, interpolated between its places, is at least half of its peak.

`box IoU`: intersection over union of the box around it and the manifest's (or the one around the mask). `below 0.5`:
share of photos whose box IoU is less. `mask IoU`: the same of the places themselves, where there are masks. `covered`:
share of the box (or mask) that was found. `within`: share of what was found that lies in the box (or mask). `evidence`:
share of the absolute evidence in places that show the product, and `even`: the share of places that do. `crops`: share
of the crops that speak for a counterfeit whose centre lies in the box (or mask). Intervals are over listings.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console

from benchmarks.detection.formatting import with_interval
from benchmarks.detection.options import add_bundle_options, make_parser
from benchmarks.detection.unseen import draw_unseen_listings
from training.data.cells import box_in_cells, mean_in_cells
from training.data.manifest import Manifest, PhotoRow, read_manifest
from training.data.product_mask import box_around, box_iou
from training.perturbations.place import find_place, is_placed
from training.progress import photo_progress
from training.robustness.evidence_inside import share_inside
from training.statistics.bootstrap import bootstrap_mean
from vision.bundle.bundle import Bundle, read_bundle
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector
from vision.explain.crops import evidence_crops
from vision.verdict import Evidence

LEVEL: Final = 0.5  # of the foreground's peak
_SIDE: Final = 128  # of the grid over the photo on which areas are measured: a box's edge is exact to 0.4 % of a side
_TITLES: Final = {
    "box_iou": "box IoU",
    "is_below_half": "below 0.5",
    "mask_iou": "mask IoU",
    "covered": "covered",
    "within": "within",
    "evidence": "evidence",
    "even": "even",
    "crops": "crops",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One photo's figures; `mask_iou` is NaN without a mask, `crops` without a crop."""

    listing: str
    box_iou: float
    is_below_half: float
    mask_iou: float
    covered: float
    within: float
    evidence: float
    even: float
    crops: float


def main() -> None:
    """Measure and print."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    parser.add_argument("--listings", type=int, default=200, help="drawn by product and the seed")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    bundle = read_bundle(arguments.bundle)
    manifest = read_manifest(arguments.manifest, where=arguments.where)
    rows = placed_rows(manifest, bundle, arguments.listings, arguments.seed)
    if not rows:
        raise SystemExit("no photo with a box or a product mask is left: give another manifest or --where")
    found = measure_photos(Detector(bundle), rows, arguments.threads, Console())
    if not found:
        raise SystemExit(
            f"{arguments.bundle} has no foreground: it is older, or trained with foreground.source = 'none'"
        )
    print(f"{len(found)} photos of {len({photo.listing for photo in found})} listings")
    for name, title in _TITLES.items():
        print_figure(title, [(getattr(photo, name), photo.listing) for photo in found])


def placed_rows(manifest: Manifest, bundle: Bundle, listings: int, seed: int) -> list[PhotoRow]:
    """Photos whose product the manifest marks, of drawn listings that the bundle was not fitted on."""
    placed = [row for row in manifest.rows if is_placed(row)]
    drawn = draw_unseen_listings(placed, bundle, listings, seed)
    return [row for row in placed if row.listing in drawn]


def measure_photos(detector: Detector, rows: Sequence[PhotoRow], threads: int, console: Console) -> list[Found]:
    """The figures of every photo that can be judged, by a bundle with a foreground."""
    with photo_progress("foreground", len(rows), console) as advance, ThreadPoolExecutor(threads) as pool:

        def one(row: PhotoRow) -> Found | None:
            evidence = detector.judge_photo(row.photo.read_bytes(), 0).evidence
            advance(1)
            return None if evidence is None else measure(evidence, row)

        return [photo for photo in pool.map(one, rows) if photo is not None]


def measure(evidence: Evidence, row: PhotoRow) -> Found | None:
    """One photo's figures; None where the bundle gives no foreground."""
    place = find_place(row)
    if evidence.foreground is None or place is None:
        return None
    found = found_product(evidence.foreground, evidence.box)
    grid = (_SIDE, _SIDE)
    whole = (0.0, 0.0, 1.0, 1.0)
    true = box_in_cells(place.box, grid, whole) if place.mask is None else mean_in_cells(place.mask, grid, whole)
    shared, area = float((found * true).sum()), float(found.sum())
    iou = box_iou(box_around(found), place.box) if found.any() else 0.0
    inside, even = share_inside(evidence, row)
    return Found(
        listing=row.listing,
        box_iou=iou,
        is_below_half=float(iou < 0.5),
        mask_iou=float("nan") if place.mask is None else shared / (area + float(true.sum()) - shared),
        covered=shared / float(true.sum()),
        within=shared / area if area else 0.0,
        evidence=inside,
        even=even,
        crops=_crops_on_product(evidence, true),
    )


def _crops_on_product(evidence: Evidence, true: NDArray[np.float64]) -> float:
    """The share of the counterfeit crops whose centre lies on the product, true [128, 128]; NaN without a crop."""
    boxes = np.array([crop.box for crop in evidence_crops(evidence, "counterfeit")])
    if not len(boxes):
        return float("nan")
    across, down = ((boxes[:, :2] + boxes[:, 2:]) / 2 * _SIDE).astype(int).T
    return float((true[down, across] >= 0.5).mean())


def found_product(foreground: NDArray[np.float32], frame: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Where the foreground [H, W], which spans `frame` in shares of the photo, is half of its peak: [128, 128]."""
    x0, y0, x1, y1 = frame
    height, width = foreground.shape
    across, down = width / (x1 - x0), height / (y1 - y0)  # places a photo's width and height
    part = (-x0 * across, -y0 * down, (1 - x0) * across, (1 - y0) * down)
    smooth = np.asarray(Image.fromarray(foreground).resize((_SIDE, _SIDE), Image.Resampling.BILINEAR, box=part))
    return np.asarray(smooth >= max(LEVEL * float(foreground.max()), np.finfo(np.float32).tiny))


def print_figure(title: str, values: Sequence[tuple[float, str]]) -> None:
    """The mean over photos with its interval over listings, where there is any."""
    known = [(value, listing) for value, listing in values if not np.isnan(value)]
    if known:
        print(f"{title} {with_interval(bootstrap_mean([v for v, _ in known], [listing for _, listing in known]))}")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
