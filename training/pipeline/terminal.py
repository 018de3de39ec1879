"""Figures in the terminal: of an evaluation, and of a finished run with the commands that use its bundle."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from training.calibration.bundle_kind import describe_unknown
from training.comparison.run_predictions import REPORT_FOLDER
from training.evaluation.figures import Figures
from training.evaluation.figures_json import read_figures
from training.html.wording import LABEL_KIND_NAMES, LABEL_KIND_SENTENCES, interval, number, percent
from training.pipeline.evaluation import Evaluation, describe_exclusions
from training.pipeline.model_card import CARD_FILE
from training.pipeline.robustness_gate import robustness_lines
from training.progress import format_duration
from training.runs.folder import AUDIT_PAGE, FOLDS_FOLDER, RunFolder
from training.statistics.estimate import Estimate, Proportion
from vision.bundle.bundle import read_bundle
from vision.bundle.measured import read_measured
from vision.bundle.metadata import BundleMetadata
from vision.bundle.robustness import RobustnessSummary, describe_state, robustness_state


def print_evaluation(console: Console, evaluation: Evaluation) -> None:
    """Print the figures with their intervals, what was excluded, and what labels the figures are relative to."""
    figures = evaluation.figures
    title = (
        f"{evaluation.graph.precision} graph on {len(evaluation.listings)} listings ({len(evaluation.photos)} photos) "
        f"of {evaluation.manifest.name} that it was not fitted on"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("95 % interval")
    for name, figure in (*_ranking(figures), *_decisions(figures)):
        table.add_row(name, _value(figure), interval(figure))
    console.print(table)
    for sentence in describe_exclusions(evaluation.exclusions):
        console.print(f"Excluded: {sentence}")
    if evaluation.robustness_summary:
        _print_robustness_state(console, evaluation.robustness_summary)
    if evaluation.bundle.metadata.label_kind != "verified":
        console.print(LABEL_KIND_SENTENCES[evaluation.bundle.metadata.label_kind], style="yellow")


def print_run(console: Console, run: RunFolder, *, elapsed_s: float | None = None) -> None:
    """Print a finished run's figures with what they were measured on, its files, and the commands for its bundle.

    `elapsed_s` is how long this start took; None for a run that was finished before.
    """
    metadata = read_bundle(run.bundle).metadata
    kind = LABEL_KIND_NAMES[metadata.label_kind]
    console.rule(f"{metadata.name} {metadata.version}: {', '.join(metadata.products)} ({kind})", align="left")
    for sentence in describe_basis(metadata):
        console.print(sentence, markup=False, highlight=False)
    for sentence in describe_unknown(metadata.authenticity_kind, metadata.training_listings):
        console.print(sentence, style="yellow", markup=False, highlight=False)
    if rows := list(_figure_rows(metadata)):
        table = Table("", "", "95 % interval", "listings", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*row)
        console.print(table)
    _print_robustness_state(console, metadata.robustness)
    console.print(_parity(metadata) + (f" The run took {format_duration(elapsed_s)}." if elapsed_s else ""))
    if metadata.label_kind != "verified":
        console.print(LABEL_KIND_SENTENCES[metadata.label_kind], style="yellow")
    for line in _next_steps(run):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_robustness_state(console: Console, summary: RobustnessSummary | None) -> None:
    """Print the state of a bundle's robustness, in yellow unless it is within all limits, and its figures."""
    is_within = robustness_state(summary) == "within"
    console.print(describe_state(summary), style=None if is_within else "yellow", markup=False, highlight=False)
    for line in robustness_lines(summary) if summary else ():
        console.print(f"- {line}", markup=False, highlight=False)


def describe_basis(metadata: BundleMetadata) -> tuple[str, ...]:
    """What the bundle's figures were measured on, which of them are no measurement, and how to get those."""
    measured = read_measured(metadata)
    if measured is None:
        return (
            "No figures: there was no test set, and the calibration listings were too few.",
            f"touchstone evaluate measures the bundle on other photos; {_how_to_measure(metadata)}",
        )
    sentences = [f"Measured on {measured.on}."]
    if measured.decides_in_sample:
        sentences.append(
            "The thresholds were set on these same listings, so what they decide there is no measurement: "
            f"{_how_to_measure(metadata)}"
        )
    elif measured.source != "test_set":
        sentences.append(
            f"Calibration and thresholds were set without the listing that they judge; {_how_to_measure(metadata)}"
        )
    if math.isnan(measured.listing.auroc.value):
        sentences.append("AUROC is undefined, since it takes listings of both labels.")
    return tuple(sentences)


def _how_to_measure(metadata: BundleMetadata) -> str:
    calibration = metadata.config.get("calibration")
    if isinstance(calibration, dict) and calibration.get("source") == "fold_runs":
        return f"the reports in {FOLDS_FOLDER}/ are of bundles on the fold that they were not fitted on."
    return "data.report_share, such as 0.2, keeps a test set apart."


def _figure_rows(metadata: BundleMetadata) -> Iterator[tuple[str, str, str, str]]:
    measured, figures = read_measured(metadata), read_figures(metadata.metrics)
    if measured is None or figures is None:
        return
    decisions = () if measured.decides_in_sample else _decisions(figures)
    for name, figure in (_ranking(figures)[0], *decisions):
        if not math.isnan(figure.value):
            counts = f"{figure.hits} of {figure.n}" if isinstance(figure, Proportion) else ""
            yield name, _value(figure), interval(figure), counts


def _parity(metadata: BundleMetadata) -> str:
    difference = f"{metadata.graphs[0].parity:.1g}"
    return f"The exported graph's authenticity differs from the network's by {difference} at most."


def _next_steps(run: RunFolder) -> Iterator[str]:
    files = {
        "report": run.path / REPORT_FOLDER / "report.html",
        "model card": run.bundle / CARD_FILE,
        "audit": run.path / AUDIT_PAGE,
    }
    for name, file in files.items():
        if file.is_file():
            yield f"{name + ':':<12}{file}"
    bundle = shlex.quote(str(run.bundle))
    yield f"{'serve it:':<12}touchstone serve {bundle}"
    yield f"{'judge more:':<12}touchstone check {bundle} FOLDER"


def _ranking(figures: Figures) -> tuple[tuple[str, Estimate], ...]:
    return (
        ("listing AUROC", figures.listing.auroc),
        ("photo AUROC", figures.photo.auroc),
        ("listing average precision", figures.listing.average_precision),
        ("listing TPR at 1 % FPR", figures.listing.tpr_at_1pct_fpr),
        ("listing TPR at 5 % FPR", figures.listing.tpr_at_5pct_fpr),
        ("listing ECE", figures.listing.ece),
    )


def _decisions(figures: Figures) -> tuple[tuple[str, Estimate], ...]:
    return (
        ("decided (the rest goes to review)", figures.coverage),
        ("right when decided", figures.accuracy_when_said),
        ("genuine flagged", figures.genuine_flagged),
        ("counterfeits passed", figures.counterfeit_passed),
    )


def _value(figure: Estimate) -> str:
    return percent(figure.value) if isinstance(figure, Proportion) else number(figure.value)
