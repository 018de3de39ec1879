"""`touchstone compare RUN…`: runs side by side, and whether they differ."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from training.comparison.compare import compare_runs, in_common_folds
from training.comparison.page import comparison_as_dict, write_comparison
from training.comparison.run_predictions import read_runs
from training.comparison.terminal import print_comparison
from training.progress import counted_status

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    runs: Annotated[
        list[Path],
        typer.Argument(
            metavar="RUN…",
            help="Run folders, evaluate's folders, or CSVs of predictions; the first is the baseline.",
        ),
    ],
    baseline: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Compare the others with this run instead of the first.")
    ] = None,
    common: Annotated[bool, typer.Option("--common", help="Only the folds that every run has.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder for compare.html, compare.json and a CSV of each run's predictions."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Compare runs: their figures with intervals, and paired differences on their common listings.

    A run of folds is compared by each fold's bundle on its held-out fold. A listing without a prediction counts as 0.5.
    """
    console = Console(stderr=as_json)
    paths = list(runs)
    resolved = [path.resolve() for path in paths]
    if baseline is not None and baseline.resolve() not in resolved:
        paths, resolved = [baseline, *paths], [baseline.resolve(), *resolved]
    read = read_runs(paths)
    if common:
        read = in_common_folds(read)
    first = read[0 if baseline is None else resolved.index(baseline.resolve())]
    with counted_status("measuring", len(read), console) as advance:
        comparison = compare_runs(read, baseline=first.name, advance=advance)
    if as_json:
        typer.echo(json.dumps(comparison_as_dict(comparison), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        print_comparison(comparison, console)
    if out is not None:
        page = write_comparison(comparison, out)
        console.print(f"page: {page}", markup=False, soft_wrap=True)
