"""Robustness over all folds of a run: how many verdicts change when photos are saved as JPEG 50 or halved in size.

    python -m benchmarks.detection.fold_robustness RUN [--manifest MANIFEST] [--folds 0 1] [--listings 40]
        [--changes jpeg_50 half_size]

RUN is the folder of a run with `calibration.source = "fold_runs"`: each fold's bundle predicts its held-out fold,
unchanged and changed, and the predictions of all folds are pooled. The rows are those of the run's run.json;
`--listings` draws this number of each fold, by label and product. `--changes` takes the codes of
training/perturbations/photo.py, or `all`. `--out` keeps each listing's predictions as CSV. The AUROC over several folds
ranks predictions of bundles that have scales of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from benchmarks.detection.options import add_run_options, make_parser
from training.data.manifest import Manifest
from training.evaluation.predict import predict_manifest
from training.html.wording import interval, percent
from training.perturbations.photo import CHANGES, HALF_SIZE, JPEG_50, Change
from training.pipeline.evaluation import describe_exclusions
from training.robustness.figures import ChangedPrediction, measure_change, write_changed_predictions
from training.robustness.robustness import Robustness, RobustnessPlan, draw_listings, measure_robustness
from training.robustness.terminal import print_changes
from training.runs.data import read_data_of_run
from training.runs.folder import FOLDS_FOLDER
from training.statistics.estimate import proportion
from vision.cli.refusals import refusals_in_one_line
from vision.detector import Detector


def main() -> None:
    """Evaluate every fold, and print the pooled figures."""
    parser = make_parser(__doc__)
    add_run_options(parser)
    parser.add_argument("--folds", type=int, nargs="+", help="these folds only")
    parser.add_argument("--listings", type=int, help="draw this number of each fold; default: all")
    parser.add_argument("--changes", nargs="+", default=[JPEG_50.code, HALF_SIZE.code], metavar="CODE")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, metavar="CSV")
    arguments = parser.parse_args()
    console = Console()
    changes = choose_changes(arguments.changes)
    manifest = read_data_of_run(arguments.run, console, manifest=arguments.manifest)
    found: list[ChangedPrediction] = []
    for fold in arguments.folds or find_folds(arguments.run):
        own = draw_rows(manifest.where(lambda row, fold=fold: row.fold == fold), arguments.listings, arguments.seed)  # type: ignore[misc]
        console.rule(f"fold {fold}")
        bundle = arguments.run / FOLDS_FOLDER / str(fold) / "bundle"
        found += evaluate_fold(bundle, own, changes, arguments.threads, console).predictions
    pooled = {change: [a for a in found if a.change == change.code] for change in changes}
    figures = [measure_change(change.code, own) for change, own in pooled.items() if own]
    print_changes(console, "pooled over the folds", changes, figures)
    print(describe_any(found))
    if arguments.out:
        write_changed_predictions(arguments.out, found)


def choose_changes(codes: Sequence[str]) -> tuple[Change, ...]:
    """The changes of these codes, in their own order."""
    known = {change.code: change for change in CHANGES}
    unknown = [code for code in codes if code not in known and code != "all"]
    if unknown:
        raise SystemExit(f"no change is called {', '.join(unknown)}: take all, or some of {', '.join(known)}")
    return tuple(change for change in CHANGES if change.code in codes or "all" in codes)


def find_folds(run: Path) -> list[int]:
    """The folds that have a bundle."""
    folds = sorted(int(file.parent.parent.name) for file in run.glob(f"{FOLDS_FOLDER}/*/bundle/bundle.json"))
    if not folds:
        raise SystemExit(f"{run} has no {FOLDS_FOLDER}/*/bundle: is it a finished run over folds?")
    return folds


def draw_rows(manifest: Manifest, n: int | None, seed: int) -> Manifest:
    """The rows of `n` listings, in proportion to label and product; all rows where `n` is None."""
    if n is None:
        return manifest
    chosen = draw_listings({row.listing: (str(row.label), row.product) for row in manifest.rows}, n, seed)
    return manifest.where(lambda row: row.listing in chosen)


def evaluate_fold(
    bundle: Path, manifest: Manifest, changes: Sequence[Change], threads: int, console: Console
) -> Robustness:
    """The fold's listings, original and under each change; prints what was excluded."""
    detector = Detector(bundle)
    results, exclusions = predict_manifest(detector, manifest, threads=threads, console=console)
    for sentence in describe_exclusions(exclusions):
        console.print(f"Excluded: {sentence}", style="yellow")
    listings = [one.listing for one in results if one.listing]
    photos = [replace(photo, evidence=None) for one in results for photo in one.photos]
    plan = RobustnessPlan(listings=len(listings), changes=tuple(changes))
    return measure_robustness(detector, manifest, listings, photos, plan, threads=threads, console=console)


def describe_any(predictions: Sequence[ChangedPrediction]) -> str:
    """How many listings flip, and change, under any of the changes."""
    listings = {(a.before.fold, a.before.listing) for a in predictions}
    flipped = proportion(len({(a.before.fold, a.before.listing) for a in predictions if a.flipped}), len(listings))
    changed = proportion(len({(a.before.fold, a.before.listing) for a in predictions if a.changed}), len(listings))
    return (
        f"under any of them, of {len(listings)} listings: genuine to counterfeit or back {flipped.hits} "
        f"({percent(flipped.value)}, 95 % {interval(flipped)}); any change {changed.hits} "
        f"({percent(changed.value)}, 95 % {interval(changed)})"
    )


if __name__ == "__main__":
    with refusals_in_one_line():
        main()
