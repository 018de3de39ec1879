"""A comparison in the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.comparison.compare import Comparison
from training.comparison.formatting import FIGURE_NAMES, signed, signed_interval
from training.comparison.run_figures import RunFigures
from training.html.wording import number, percent
from training.statistics.estimate import Estimate, Proportion

_MAX_COLUMNS = 4  # runs beside each other in a table that has a column a run
_STYLES = {"better": "bold green", "worse": "bold red", "open": ""}


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print each run's figures, their provenance, the paired differences, and caveats."""
    console.print(_figures(comparison.runs))
    console.print(_decisions(comparison.runs))
    console.print(_provenance(comparison.runs))
    if len(comparison.runs) <= _MAX_COLUMNS:
        for table in (_by_group(comparison), _settings(comparison)):
            if table.row_count:
                console.print(table)
    elif comparison.settings:
        keys = ", ".join(setting.key for setting in comparison.settings)
        console.print(f"Settings that differ: {keys}. The page (--out) has them for each run.", markup=False)
    for difference in comparison.differences:
        table = _table(
            f"{difference.run} minus {comparison.baseline}, {len(comparison.common.listings)} common listings"
        )
        table.add_column("")
        for heading in (comparison.baseline, difference.run):
            table.add_column(escape(heading), justify="right", overflow="fold")
        for heading in ("difference", "paired 95 % interval"):
            table.add_column(heading, justify="right", no_wrap=True)
        for one in difference.differences:
            table.add_row(
                FIGURE_NAMES[one.figure],
                number(one.baseline),
                number(one.run),
                signed(one.difference.value),
                signed_interval(one.difference),
                style=_STYLES[one.verdict],
            )
        console.print(table)
    for sentence in comparison.cautions:
        console.print(sentence, style="yellow", markup=False)


def _figures(runs: Sequence[RunFigures]) -> Table:
    table = _table("Discrimination and calibration of listings")
    table.add_column("run", overflow="fold")
    for heading in ("listings", "AUROC,\nmean of folds", "\npooled", "AP", "TPR at\n5 % FPR", "\n1 % FPR", "ECE"):
        table.add_column(heading, justify="right", no_wrap=True)
    for measured in runs:
        listing = measured.figures.listing
        table.add_row(
            escape(measured.run.name),
            str(len(measured.run.predictions)),
            _with_interval(measured.mean_of_folds),
            *(
                number(figure.value)
                for figure in (
                    listing.auroc,
                    listing.average_precision,
                    listing.tpr_at_5pct_fpr,
                    listing.tpr_at_1pct_fpr,
                    listing.ece,
                )
            ),
        )
    return table


def _decisions(runs: Sequence[RunFigures]) -> Table:
    table = _table("Decisions on these listings, at the thresholds of each bundle")
    table.add_column("run", overflow="fold")
    for heading in ("with\nauthenticity", "coverage", "right when\ndecided", "genuine\nflagged", "counterfeit\npassed"):
        table.add_column(heading, justify="right", no_wrap=True)
    for measured in runs:
        figures = measured.figures
        shares = (
            figures.answered,
            figures.coverage,
            figures.accuracy_when_said,
            figures.genuine_flagged,
            figures.counterfeit_passed,
        )
        table.add_row(escape(measured.run.name), *(_with_interval(one) for one in shares))
    return table


def _provenance(runs: Sequence[RunFigures]) -> Table:
    table = _table("Provenance")
    for heading in ("run", "measured on", "what", "made", "code version"):
        table.add_column(heading, overflow="fold")
    for measured in runs:
        facts = measured.run.facts
        made = (facts.description, facts.made_at, facts.code_version)
        cells = (measured.run.name, measured.run.measured_on, *(cell or "–" for cell in made))
        table.add_row(*(escape(cell) for cell in cells))
    return table


def _by_group(comparison: Comparison) -> Table:
    """Listing AUROC of each fold and product, a column a run."""
    table = _table("Listing AUROC by fold and product")
    table.add_column("")
    for measured in comparison.runs:
        table.add_column(escape(measured.run.name), justify="right", overflow="fold")
    for row in comparison.groups:
        table.add_row(escape(row.name), *(_with_interval(group.auroc) if group else "–" for group in row.groups))
    return table


def _settings(comparison: Comparison) -> Table:
    table = _table("Settings that differ")
    table.add_column("")
    for measured in comparison.runs:
        table.add_column(escape(measured.run.name), overflow="fold")
    for setting in comparison.settings:
        table.add_row(escape(setting.key), *(escape(value) for value in setting.values))
    return table


def _with_interval(figure: Estimate) -> str:
    """The figure over its interval; a proportion in percent."""
    value = percent(figure.value) if isinstance(figure, Proportion) else number(figure.value)
    if math.isnan(figure.low):
        return value
    low, high = (
        (f"{100 * end:.1f}" if isinstance(figure, Proportion) else f"{end:.3f}") for end in (figure.low, figure.high)
    )
    return f"{value}\n[dim]{low}–{high}[/dim]"


def _table(title: str) -> Table:
    return Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 0, 0, 1))
