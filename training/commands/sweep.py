"""`touchstone sweep SWEEP`: train a listed set of configurations, and compare them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.comparison.compare import compare_runs
from training.comparison.page import write_comparison
from training.comparison.run_predictions import RunPredictions, read_run
from training.comparison.terminal import print_comparison
from training.errors import RunError, SweepIncomplete
from training.progress import counted_status, format_duration
from training.sweep.config import COMPARISON_FOLDER, SweepConfig
from training.sweep.run import VariantResult, run_variants
from training.sweep.variants import Variant, read_variants
from vision.config.read import read_config

app = typer.Typer(add_completion=False)


@app.command()
def sweep(
    config: Annotated[Path, typer.Argument(help="TOML file of the sweep, such as configs/sweep-heads.toml.")],
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Override a key, such as overrides.data.manifest=mine.csv. Repeatable."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check every variant and print its state; train and write nothing.")
    ] = False,
) -> None:
    """Train a listed set of configurations, one after the other, and compare them.

    It can be started again after a kill, and resumes. A failed variant is reported, and the others are trained.
    """
    console = Console()
    listed = read_config(SweepConfig, config, set_ or ())
    variants = read_variants(listed)
    _print_plan(variants, console)
    if dry_run:
        return
    results = run_variants(variants, listed.folder, console)
    _print_results(results, console)
    _compare(listed, [result.variant for result in results if result.state != "failed"], console)
    failed = [result.variant.name for result in results if result.state == "failed"]
    if failed:
        raise SweepIncomplete(
            f"{len(failed)} of {len(results)} variants failed: {', '.join(failed)}. The others are done; correct the "
            "cause and start the sweep again, or remove the variant"
        )


def _print_plan(variants: Sequence[Variant], console: Console) -> None:
    table = Table(title=f"{len(variants)} variants", title_justify="left", title_style="bold")
    for heading in ("variant", "state", "run folder", "its own settings"):
        table.add_column(heading, overflow="fold")
    for variant in variants:
        settings = ", ".join(f"{key} = {value}" for key, value in variant.settings.items())
        state = variant.state
        description = f"{state}: differs in {', '.join(variant.differences)}" if state == "another run" else state
        table.add_row(*(escape(cell) for cell in (variant.name, description, str(variant.folder), settings or "–")))
    console.print(table)
    left = sum(variant.state != "done" for variant in variants)
    console.print(f"{len(variants) - left} done, {left} to train")


def _print_results(results: Sequence[VariantResult], console: Console) -> None:
    table = Table(title="The sweep", title_justify="left", title_style="bold")
    for heading in ("variant", "", "took", "why"):
        table.add_column(heading, overflow="fold")
    for result in results:
        took = format_duration(result.elapsed_s) if result.elapsed_s else ""
        style = "red" if result.state == "failed" else None
        table.add_row(escape(result.variant.name), result.state, took, escape(result.reason), style=style)
    console.print(table)


def _compare(listed: SweepConfig, variants: Sequence[Variant], console: Console) -> None:
    """Compare the runs that have a test set; one without is named and left out."""
    runs: list[RunPredictions] = []
    for variant in variants:
        try:
            runs.append(replace(read_run(variant.folder), name=variant.name))
        except RunError as error:
            console.print(f"left out of the comparison: {error.message}", style="yellow", markup=False)
    if not runs:
        return
    names = [run.name for run in runs]
    baseline = listed.baseline or next(iter(listed.variants))
    if baseline not in names:
        console.print(
            f"the baseline {baseline} has no predictions; {names[0]} is used instead", style="yellow", markup=False
        )
        baseline = names[0]
    with counted_status("measuring", len(runs), console) as advance:
        comparison = compare_runs(runs, baseline=baseline, advance=advance)
    print_comparison(comparison, console)
    page = write_comparison(comparison, listed.folder / COMPARISON_FOLDER)
    console.print(f"page: {page}", markup=False, soft_wrap=True)
