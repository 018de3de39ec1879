"""Evaluates a bundle, as it ships, on a manifest: the same Detector that serving runs, never the checkpoint.

From training:  `evaluation = evaluate_bundle(bundle, manifest, out=folder / "evaluation", console=console)`;
`figures_as_dict(evaluation.figures)` is what bundle.json keeps as its metrics.
"""

import json
from pathlib import Path

from rich.console import Console

from training.calibration.config import CalibrationConfig
from training.calibration.cross_fit import cross_fit
from training.calibration.held_out import CalibrationSet
from training.data.manifest import Manifest
from training.errors import NothingToEvaluate
from training.evaluation.figures import measure
from training.evaluation.predict import Exclusions, predict_manifest, predictions_of
from training.evaluation.predictions import ListingPrediction, PhotoPrediction, write_predictions
from training.pipeline.evaluation import Evaluation, describe_exclusions, metrics_table
from training.pipeline.evaluation_report import write_report
from training.robustness.figures import write_changed_predictions
from training.robustness.robustness import RobustnessPlan, measure_robustness
from training.robustness.summary import summarise
from vision.bundle.bundle import Bundle
from vision.bundle.metadata import Precision
from vision.bundle.robustness_limits import RobustnessLimits
from vision.detector import Detector
from vision.verdict import decide


def evaluate_bundle(
    bundle: Bundle | Path,
    manifest: Manifest,
    *,
    out: Path | None = None,
    threads: int = 2,
    shareable_only: bool = False,
    robustness: RobustnessPlan | None = None,
    limits: RobustnessLimits | None = None,
    console: Console | None = None,
    precision: Precision | None = None,
) -> Evaluation:
    """Evaluates every labelled listing that the bundle was not fitted on, by its first 12 photos.

    `out` is a folder that gets metrics.json, answers.csv and report.html. With `shareable_only` the report shows
    shareable photos only. `threads` listings are evaluated at once. With `robustness`, changed copies are evaluated
    too, which costs a pass over the drawn listings for each change, and compared with `limits`; the default is those of
    the bundle, or the configuration's own where it has none. `precision` chooses the graph; the default is the
    one that would serve on this machine. Raises NothingToEvaluate.
    """
    console = console or Console(stderr=True)
    detector = Detector(bundle, precision=precision)
    results, exclusions = predict_manifest(detector, manifest, threads=threads, console=console)
    listings = tuple(one.listing for one in results if one.listing)
    if not listings:
        raise NothingToEvaluate(_nothing_left(manifest, detector.bundle, exclusions))
    photos = tuple(photo for one in results for photo in one.photos)
    with console.status("measuring …"):
        figures = measure(listings, photos)
    changed, summary = None, None
    if robustness:
        changed = measure_robustness(detector, manifest, listings, photos, robustness, threads=threads, console=console)
        summary = summarise(changed, manifest, photos, limits or _limits_of(detector.bundle))
    evaluation = Evaluation(
        bundle=detector.bundle,
        graph=detector.scorer.graph,
        manifest=manifest,
        listings=listings,
        photos=photos,
        exclusions=exclusions,
        figures=figures,
        robustness=changed,
        robustness_summary=summary,
    )
    if out:
        write_evaluation(out, evaluation, shareable_only=shareable_only)
    return evaluation


def predict_cross_fitted(
    bundle: Bundle, predictions: CalibrationSet, config: CalibrationConfig, *, seed: int
) -> tuple[tuple[ListingPrediction, ...], tuple[PhotoPrediction, ...]]:
    """Predictions of the listings that calibrate the bundle, each under calibration and thresholds set without it.

    Its network had not seen them, or networks trained alike had not, so their rates estimate those of new listings; but
    no photo was refused for its quality. Nothing where the listings are too few to be parted.
    """
    graph = next(graph for graph in bundle.metadata.graphs if graph.precision == "fp32")
    found: list[tuple[int, ListingPrediction, tuple[PhotoPrediction, ...]]] = []
    for part, fitted in cross_fit(predictions, config, seed=seed):
        without = fitted.graph_metadata(graph.file, graph.precision, graph.self_test_logits)
        for rows, judgements in part.listing_judgements():
            product = part.manifest.rows[rows[0]].product
            verdict = decide(judgements, bundle=bundle, graph=without, product=product)
            listing, photos = predictions_of(part.manifest, rows, judgements, verdict)
            found.append((rows[0], listing, tuple(photos)))
    found.sort(key=lambda one: one[0])
    return tuple(listing for _, listing, _ in found), tuple(photo for _, _, photos in found for photo in photos)


def write_evaluation(out: Path, evaluation: Evaluation, *, shareable_only: bool = False) -> None:
    """Writes metrics.json, answers.csv, report.html and, of changed copies, stress.csv into `out`, made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(metrics_table(evaluation), indent=1, ensure_ascii=False, allow_nan=False)
    (out / "metrics.json").write_text(text + "\n", encoding="utf-8")
    write_predictions(out / "answers.csv", evaluation.listings, evaluation.graph.precision)
    if evaluation.robustness:
        write_changed_predictions(out / "stress.csv", evaluation.robustness.predictions)
    write_report(out / "report.html", evaluation, shareable_only=shareable_only)


def _limits_of(bundle: Bundle) -> RobustnessLimits:
    held = bundle.metadata.robustness
    return held.limits if held else RobustnessLimits()


def _nothing_left(manifest: Manifest, bundle: Bundle, exclusions: Exclusions) -> str:
    reasons = " ".join(describe_exclusions(exclusions)) or "it has no rows."
    products = ", ".join(bundle.metadata.products)
    return (
        f"{manifest.name} leaves nothing to evaluate. Excluded: {reasons} The bundle knows {products}; "
        "give labelled listings of these that it was not fitted on."
    )
