"""The figures of changed copies as a table in the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from training.stress import Stress
from training.stress_report import why_skipped
from training.wording import interval, number, percent


def print_stress(console: Console, stress: Stress) -> None:
    """Prints a line a change, and a sentence for each change that was not made."""
    title = f"changed copies of {len(stress.drawn)} listings, {stress.photos} photos"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for name in ("genuine ↔ counterfeit", "any change", "moved (95th)", "AUROC"):
        table.add_column(name, justify="right")
    names = {change.code: change.name for change in stress.plan.changes}
    for figures in stress.figures:
        table.add_row(
            names[figures.change],
            f"{percent(figures.flipped.value)} ({interval(figures.flipped)})",
            f"{percent(figures.changed.value)} ({interval(figures.changed)})",
            number(figures.moved_95th),
            f"{number(figures.auroc.value)} ({interval(figures.auroc)})",
        )
    console.print(table)
    for sentence in why_skipped(stress):
        console.print(sentence, style="yellow")
