"""Judges a bundle, as it ships, on a manifest: the same Detector that serving runs, never the checkpoint.

From training:  `evaluation = evaluate_bundle(bundle, manifest, out=folder / "evaluation", console=console)`;
`figures_as_dict(evaluation.figures)` is what a bundle's record keeps as its metrics.
"""

import json
from pathlib import Path

from rich.console import Console

from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest
from training.errors import NothingToEvaluate
from training.evaluation.figures import measure
from training.evaluation.predict import LeftOut, judge_manifest, predictions_of
from training.evaluation.predictions import ListingPrediction, PhotoPrediction, write_predictions
from training.pipeline.evaluation import Evaluation, describe_left_out, metrics_table
from training.pipeline.evaluation_report import write_report
from training.robustness.figures import write_changed_predictions
from training.robustness.robustness import StressPlan, stress_listings
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import Precision
from vision.detector import Detector
from vision.verdict import decide


def evaluate_bundle(
    bundle: Bundle | Path,
    manifest: Manifest,
    *,
    out: Path | None = None,
    threads: int = 2,
    leaves_the_house: bool = False,
    stress: StressPlan | None = None,
    console: Console | None = None,
    precision: Precision | None = None,
) -> Evaluation:
    """Judges every labelled listing that the bundle never saw, by its first 12 photos.

    `out` is a folder that gets metrics.json, answers.csv and report.html. With `leaves_the_house` the report shows
    shareable photos only. `threads` listings are decoded and judged at once. With `stress`, changed copies are judged
    too, which costs a pass over the drawn listings for each change. `precision` says which graph judges; else the one
    that would serve on this machine does. Raises NothingToEvaluate.
    """
    console = console or Console(stderr=True)
    detector = Detector(bundle, precision=precision)
    judged, left_out = judge_manifest(detector, manifest, threads=threads, console=console)
    listings = tuple(one.listing for one in judged if one.listing)
    if not listings:
        raise NothingToEvaluate(_nothing_left(manifest, detector.bundle, left_out))
    photos = tuple(photo for one in judged for photo in one.photos)
    with console.status("measuring …"):
        figures = measure(listings, photos)
    changed = None
    if stress:
        changed = stress_listings(detector, manifest, listings, photos, stress, threads=threads, console=console)
    evaluation = Evaluation(
        bundle=detector.bundle,
        graph=detector.scorer.graph,
        manifest=manifest,
        listings=listings,
        photos=photos,
        left_out=left_out,
        figures=figures,
        stress=changed,
    )
    if out:
        write_evaluation(out, evaluation, leaves_the_house=leaves_the_house)
    return evaluation


def predict_cross_fitted(
    bundle: Bundle, answers: CalibrationSet
) -> tuple[tuple[ListingPrediction, ...], tuple[PhotoPrediction, ...]]:
    """What networks trained like the bundle's said of listings that they never saw, by the bundle's own rules.

    An estimate of what the bundle says of new ones: its calibration and thresholds were set on these very answers, and
    no photo's quality was looked at.
    """
    graph = next(graph for graph in bundle.metadata.graphs if graph.precision == "fp32")
    listings: list[ListingPrediction] = []
    photos: list[PhotoPrediction] = []
    for rows, judgements in answers.judged_listings():
        product = answers.manifest.rows[rows[0]].product
        verdict = decide(judgements, bundle=bundle, graph=graph, product=product)
        listing, of_photos = predictions_of(answers.manifest, rows, judgements, verdict)
        listings.append(listing)
        photos += of_photos
    return tuple(listings), tuple(photos)


def write_evaluation(out: Path, evaluation: Evaluation, *, leaves_the_house: bool = False) -> None:
    """Writes metrics.json, answers.csv, report.html and, of changed copies, stress.csv into `out`, made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(metrics_table(evaluation), indent=1, ensure_ascii=False, allow_nan=False)
    (out / "metrics.json").write_text(text + "\n", encoding="utf-8")
    write_predictions(out / "answers.csv", evaluation.listings, evaluation.graph.precision)
    if evaluation.stress:
        write_changed_predictions(out / "stress.csv", evaluation.stress.predictions)
    write_report(out / "report.html", evaluation, leaves_the_house=leaves_the_house)


def _nothing_left(manifest: Manifest, bundle: Bundle, left_out: LeftOut) -> str:
    told = " ".join(describe_left_out(left_out)) or "it has no rows."
    products = ", ".join(bundle.metadata.products)
    return (
        f"{manifest.path.name} leaves nothing to judge. Left out: {told} The bundle knows {products}; "
        "give labelled listings of these that it was not fitted on."
    )
