"""A comparison as files: a page that stands alone, the same as JSON, and each run's predictions."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from markupsafe import Markup

from training.comparison.compare import Comparison
from training.comparison.formatting import FIGURE_NAMES, signed, signed_interval
from training.comparison.paired import PairedName
from training.comparison.run_figures import RunFigures
from training.comparison.run_predictions import RunPredictions
from training.errors import NothingToCompare
from training.evaluation.figures_json import figures_as_dict
from training.html.page import render_page
from training.html.plots import IntervalRow, plot_intervals
from training.html.wording import LABEL_KIND_SENTENCES
from vision.json_dataclass import to_json_table

PAGE_FILE = "compare.html"
JSON_FILE = "compare.json"
_DECIMALS = 6


def write_comparison(comparison: Comparison, folder: Path) -> Path:
    """Write compare.html, compare.json and a CSV of each run's predictions into the folder; gives the page's path.

    Raises NothingToCompare where the folder can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for measured in comparison.runs:
            write_run_predictions(measured.run, folder / predictions_file(measured.run.name))
        text = json.dumps(comparison_as_dict(comparison), indent=1, ensure_ascii=False, allow_nan=False)
        (folder / JSON_FILE).write_text(text + "\n", encoding="utf-8")
        (folder / PAGE_FILE).write_text(_page(comparison), encoding="utf-8")
    except OSError as error:
        raise NothingToCompare(f"{folder} can't be written ({error.strerror}); give another --out") from error
    return folder / PAGE_FILE


def predictions_file(name: str) -> str:
    """The file of a run's predictions: `first-report.csv` for a run called `first/report`."""
    return name.strip("/").replace("/", "-") + ".csv"


def write_run_predictions(run: RunPredictions, file: Path) -> None:
    """Write listing, fold, label and authenticity, sorted by listing; an empty authenticity is no prediction."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("listing", "fold", "label", "authenticity"))
        for prediction in run.predictions:
            fold = "" if prediction.fold is None else prediction.fold
            authenticity = "" if prediction.authenticity is None else f"{prediction.authenticity:.6f}"
            writer.writerow((prediction.listing, fold, prediction.label, authenticity))


def comparison_as_dict(comparison: Comparison) -> dict[str, object]:
    """JSON-able: NaN becomes None, differences have 6 decimals and the other figures 4."""
    return {
        "baseline": comparison.baseline,
        "common_listings": len(comparison.common.listings),
        "listings_not_judged_by_all": comparison.common.not_in_all,
        "contradictory_listings": comparison.common.contradictory,
        "cautions": list(comparison.cautions),
        "runs": [_run_as_dict(measured) for measured in comparison.runs],
        "differences": [
            {
                "run": difference.run,
                "figures": {
                    one.figure: {
                        **_to_json({"baseline": one.baseline, "run": one.run}),
                        **_to_json(one.difference),
                        "verdict": one.verdict,
                    }
                    for one in difference.differences
                },
            }
            for difference in comparison.differences
        ],
        "differing_settings": {setting.key: list(setting.values) for setting in comparison.settings},
    }


def _run_as_dict(measured: RunFigures) -> dict[str, object]:
    run = measured.run
    facts = {key: value for key, value in to_json_table(run.facts).items() if key != "settings"}
    figures = {key: value for key, value in figures_as_dict(measured.figures).items() if key in _FIGURES_OF_LISTINGS}
    return {
        "name": run.name,
        **facts,
        "settings": dict(run.facts.settings),
        "measured_on": run.measured_on,
        "listings": len(run.predictions),
        "answers": predictions_file(run.name),
        "silent_folds": list(run.missing_folds),
        "mean_of_folds": _to_json(measured.mean_of_folds),
        "by_fold": {
            group.name: {
                "genuine": group.genuine,
                "counterfeit": group.counterfeit,
                "auroc": _to_json(group.auroc),
            }
            for group in measured.by_fold
        },
        **figures,
    }


_FIGURES_OF_LISTINGS = (
    "listing",
    "answered",
    "coverage",
    "accuracy_when_said",
    "genuine_flagged",
    "counterfeit_passed",
    "outcomes",
    "by_product",
    "by_photo_count",
)


def _to_json(figures: object) -> dict[str, object]:
    return to_json_table(figures, decimals=_DECIMALS)


def _page(comparison: Comparison) -> str:
    kinds = [kind for kind in LABEL_KIND_SENTENCES if any(m.run.facts.label_kind == kind for m in comparison.runs)]
    return render_page(
        "compare.html.j2",
        comparison=comparison,
        groups_of_runs=comparison.groups,
        figure_names=FIGURE_NAMES,
        signed=signed,
        signed_interval=signed_interval,
        label_sentences=[LABEL_KIND_SENTENCES[kind] for kind in kinds],
        plots={
            "runs": Markup(_plot_runs(comparison)),
            "differences": Markup(_plot_differences(comparison, "mean_of_folds")),
            "coverage": Markup(_plot_differences(comparison, "coverage")),
        },
    )


def _plot_runs(comparison: Comparison) -> str:
    rows = [
        IntervalRow(
            name=measured.run.name,
            estimate=measured.mean_of_folds,
            is_baseline=measured.run.name == comparison.baseline and len(comparison.runs) > 1,
        )
        for measured in comparison.runs
    ]
    return plot_intervals(rows, title="Runs", x_label="listing AUROC, mean of folds")


def _plot_differences(comparison: Comparison, figure: PairedName) -> str:
    """A row a run; nothing to draw, and no text, where the figure is unknown."""
    rows = [
        IntervalRow(name=difference.run, estimate=one.difference)
        for difference in comparison.differences
        for one in difference.differences
        if one.figure == figure
    ]
    if not rows:
        return ""
    name = FIGURE_NAMES[figure]
    return plot_intervals(rows, title=f"Differences: {name}", x_label=f"{name}, minus {comparison.baseline}", zero=True)
