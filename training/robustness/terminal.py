"""Robustness to image changes as a table in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from training.html.wording import interval, number, percent
from training.perturbations.photo import Change
from training.robustness.figures import ChangeFigures
from training.robustness.robustness import Robustness
from training.robustness.skipped import why_skipped


def print_robustness(console: Console, robustness: Robustness) -> None:
    """Prints a line a change, and a sentence for each change that was not made."""
    drawn, photos = f"{len(robustness.drawn)} of the {robustness.total} listings", f"{robustness.photos} photos"
    title = f"robustness to image changes, {drawn} ({photos})"
    print_changes(console, title, robustness.plan.changes, robustness.figures)
    for sentence in why_skipped(robustness):
        console.print(sentence, style="yellow")


def print_changes(console: Console, title: str, changes: Sequence[Change], figures: Sequence[ChangeFigures]) -> None:
    """Prints the figures of each change, with 95 % intervals below them."""
    table = Table(
        title=f"{title}; 95 % intervals below", title_justify="left", show_edge=False, pad_edge=False, show_lines=True
    )  # without edges it fits into 80 columns
    table.add_column("", no_wrap=True)
    for name in ("genuine ↔\ncounterfeit", "any change", "moved\n(95th)", "AUROC"):
        table.add_column(name, justify="right", no_wrap=True)
    names = {change.code: change.name for change in changes}
    for one in figures:
        table.add_row(
            f"{names[one.change]}\n{one.listings} listings",
            f"{one.flipped.hits}, {percent(one.flipped.value)}\n{interval(one.flipped)}",
            f"{one.changed.hits}, {percent(one.changed.value)}\n{interval(one.changed)}",
            number(one.moved_95th),
            f"{number(one.auroc.value)}\n{interval(one.auroc)}",
        )
    console.print(table)
