"""What drift detection finds: held-out photos, unchanged and shifted, compared with the bundle's validation sample.

    python -m benchmarks.detection.drift BUNDLE MANIFEST --where split==test [--other MANIFEST]

One photo of each listing is sent, as `serving.monitoring.drift` takes it, and all of them are one window. False alarms
are counted on the same photos: validation and window are pooled and split at random again, so that nothing is shifted
between them.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from benchmarks.detection.options import add_bundle_options, make_parser
from serving.monitoring.drift import MeasureDrift, compare_window
from serving.monitoring.drift_statistics import Reference, make_reference
from training.data.manifest import Manifest, read_manifest
from vision.check_shape import MAX_PHOTOS
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector
from vision.drift_sample import ValidationSample, measure_photo, read_sample

Columns = Mapping[str, NDArray[np.float64]]


def representative_photo(manifest: Manifest, rows: Sequence[int]) -> bytes:
    """The photo that `vision.drift_sample.representative_photo` chooses; the first would be a listing's best view."""
    photos = [manifest.rows[row].photo.read_bytes() for row in rows[:MAX_PHOTOS]]
    return min(photos, key=lambda data: hashlib.sha256(data).hexdigest())


def as_jpeg(image: Image.Image, quality: int) -> bytes:
    """The image as a JPEG."""
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=quality)
    return stream.getvalue()


def darkened(data: bytes, factor: float) -> bytes:
    """The photo with all light multiplied by a factor."""
    return as_jpeg(ImageEnhance.Brightness(Image.open(io.BytesIO(data)).convert("RGB")).enhance(factor), 92)


SHIFTS: Mapping[str, Callable[[bytes], bytes]] = {
    "unchanged": lambda data: data,
    "JPEG quality 50": lambda data: as_jpeg(Image.open(io.BytesIO(data)), 50),
    "JPEG quality 20": lambda data: as_jpeg(Image.open(io.BytesIO(data)), 20),
    "light x 0.8": lambda data: darkened(data, 0.8),
    "light x 0.6": lambda data: darkened(data, 0.6),
}


def measure_window(detector: Detector, sample: ValidationSample, photos: Sequence[bytes], threads: int) -> Columns:
    """Each measure of the photos that can be read, by name."""

    def measure(data: bytes) -> dict[str, float] | None:
        return measure_photo(detector.judge_photo(data, 0), detector.scorer.graph, sample.projection)

    with ThreadPoolExecutor(threads) as pool:
        rows = [row for row in pool.map(measure, photos) if row is not None]
    return {name: np.array([row[name] for row in rows]) for name in sample.values}


def describe_window(name: str, found: Sequence[MeasureDrift]) -> str:
    """One line of a table: the shifted measures with their PSI, and the smallest p-value."""
    shifted = ", ".join(f"{one.measure} (PSI {one.psi:.2f})" for one in found if one.shifted) or "nothing"
    smallest = min(found, key=lambda one: one.p_value)
    return f"| {name} | {shifted} | {smallest.p_value:.1e} ({smallest.measure}) |"


def false_alarms(sample: Columns, window: Columns, limit: float, *, rounds: int, seed: int = 0) -> float:
    """The share of rounds with an alarm when the rows of both are split at random into a sample and a window."""
    random = np.random.default_rng(seed)
    alarms = 0
    for _ in range(rounds):
        references: dict[str, Reference] = {}
        columns: dict[str, NDArray[np.float64]] = {}
        deal = {
            rows: random.permutation(rows) for rows in {_known(sample[name]) + len(window[name]) for name in sample}
        }
        for name in sample:
            values = np.concatenate([sample[name][~np.isnan(sample[name])], window[name]])
            dealt = values[deal[len(values)]]
            references[name] = make_reference(dealt[len(window[name]) :], np.ones(len(values) - len(window[name])))
            columns[name] = dealt[: len(window[name])]
        alarms += any(one.shifted for one in compare_window(references, columns, limit))
    return alarms / rounds


def false_alarms_by_bundle(limit: float, *, bundles: int, windows: int, seed: int = 0) -> NDArray[np.float64]:
    """The share of alarms of each of many samples, 750 rows and 12 independent measures, over windows of 500. [bundles]

    All windows of a bundle are compared with one sample, so its rate differs, and only the mean is the nominal rate.
    """
    random = np.random.default_rng(seed)
    names = [str(n) for n in range(12)]
    rates = np.zeros(bundles)
    for bundle in range(bundles):
        references = {name: make_reference(random.random(750), np.ones(750)) for name in names}
        for _ in range(windows):
            columns = {name: random.random(500) for name in names}
            rates[bundle] += any(one.shifted for one in compare_window(references, columns, limit)) / windows
    return rates


def _known(values: NDArray[np.float64]) -> int:
    return int((~np.isnan(values)).sum())


def main() -> None:
    """Print the shifts that are found, then the false alarms."""
    parser = make_parser(__doc__)
    add_bundle_options(parser)
    parser.add_argument("--other", type=Path, help="a manifest of other goods, one photo of each of its listings")
    parser.add_argument("--limit", type=float, default=0.001, help="false alarms a window")
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument(
        "--bundles", type=int, default=0, help="simulated validation samples, to see how the rate varies"
    )
    arguments = parser.parse_args()
    detector = Detector(arguments.bundle)
    sample = read_sample(detector.bundle, detector.scorer.graph)
    if sample is None:
        raise SystemExit(f"{arguments.bundle} has no validation sample: train it again")
    references = {name: make_reference(values, np.ones(len(values))) for name, values in sample.values.items()}
    manifest = read_manifest(arguments.manifest, where=arguments.where)
    photos = [representative_photo(manifest, rows) for rows in manifest.listings.values()]
    print(f"{len(sample.product)} validation listings, {len(photos)} sent, {len(references)} measures\n")
    print("| sent | shifted | smallest p-value |\n|---|---|---|")
    for name, shift in SHIFTS.items():
        window = measure_window(detector, sample, [shift(data) for data in photos], arguments.threads)
        print(describe_window(name, compare_window(references, window, arguments.limit)), flush=True)
        if name == "unchanged":
            unshifted = window
    if arguments.other is not None:
        goods = read_manifest(arguments.other)
        others = [representative_photo(goods, rows) for rows in goods.listings.values()][: len(photos)]
        window = measure_window(detector, sample, others, arguments.threads)
        print(describe_window("other goods", compare_window(references, window, arguments.limit)), flush=True)
        for share in (0.1, 0.2):
            swapped = round(share * len(photos))
            mixed = {name: np.concatenate([window[name][:swapped], unshifted[name][swapped:]]) for name in unshifted}
            name = f"{share:.0%} other goods"
            print(describe_window(name, compare_window(references, mixed, arguments.limit)), flush=True)
    print()
    for limit in (0.05, 0.01, 0.001):
        rate = false_alarms(sample.values, unshifted, limit, rounds=arguments.rounds)
        print(f"false alarms: nominal {limit:g} a window, measured {rate:.4f} in {arguments.rounds} rounds")
    if arguments.bundles:
        rates = false_alarms_by_bundle(0.05, bundles=arguments.bundles, windows=200)
        median, high = np.quantile(rates, [0.5, 0.9])
        print(f"nominal 0.05, by bundle: mean {rates.mean():.4f}, median {median:.4f}, 90th percentile {high:.4f}")


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
