"""The commands of `python -m simulator`."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from serving.clock import utc_now
from serving.settings import ServeSettings
from simulator.bundle import write_simulated_bundle
from simulator.settings import MAX_MEMBERS, YearSettings, midnight_before
from simulator.truth.ledger import read_ledger
from simulator.world.members import make_members
from simulator.year import run_year
from simulator.year_folder import YearFolder

app = typer.Typer(no_args_is_help=True, add_completion=False)
Folder = Annotated[Path, typer.Argument(help="Folder of the simulated year.")]


@app.callback()
def main() -> None:
    """A simulated year of cases, through the real API: everybody and everything in it is invented."""


@app.command()
def run(
    folder: Folder,
    bundle: Annotated[Path, typer.Option(help="Bundle of the demo.")] = Path("runs/demo/bundle"),
    days: Annotated[int, typer.Option(min=1, help="Days that pass; the last one is yesterday.")] = 365,
    members: Annotated[int, typer.Option(min=2, max=MAX_MEMBERS, help="Members.")] = 36,
    listings_per_day: Annotated[float, typer.Option(min=0.1, help="New listings a day, on average.")] = 7.0,
    seed: Annotated[int, typer.Option(help="Of everybody's decisions.")] = 0,
) -> None:
    """Simulate a year into FOLDER, which is replaced."""
    year = YearFolder(path=folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    end = midnight_before(utc_now())
    settings = YearSettings(seed=seed, days=days, members=members, listings_per_day=listings_per_day, end=end)
    write_simulated_bundle(bundle, [member.product for member in make_members(members)], year.bundle)
    columns = (TextColumn("simulated days"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("", total=days)
        asyncio.run(run_year(settings, year, lambda day: progress.update(bar, completed=day)))


@app.command()
def check(folder: Folder) -> None:
    """Compare every figure of the API with what happened in the simulated year; exit 1 where one differs."""
    from simulator.comparison.compare import compare_year

    year = YearFolder(path=folder)
    comparison = asyncio.run(compare_year(year, year.read_facts(), read_ledger(year.ledger)))
    for difference in comparison.differences:
        print(difference)
    for area, count in comparison.compared.items():
        print(f"{area}: {count} figures compared")
    found, planted = comparison.accounts["the operator"]
    print(f"rings: {found} of {planted} accounts are in the largest cluster of their ring")
    print(f"{sum(comparison.compared.values())} figures compared, {len(comparison.differences)} differ")
    raise typer.Exit(1 if comparison.differences else 0)


@app.command()
def load(folder: Folder) -> None:
    """Time the lists and figures of a simulated year, as a table of Markdown."""
    from simulator.load import measure_reads

    year = YearFolder(path=folder)
    print("| request | median | p95 | answer |")
    print("|---|---|---|---|")
    for one in measure_reads(year, year.read_facts()):
        print(f"| {one.name} | {one.median_ms:.0f} ms | {one.p95_ms:.0f} ms | {one.kilobytes:.0f} kB |")


@app.command()
def serve(
    folder: Folder,
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
) -> None:
    """Serve a simulated year with the pages, on this machine's loopback address."""
    from serving.server import run_server

    year = YearFolder(path=folder)
    facts = year.read_facts()
    print("Everything in this store is simulated. The pages ask once for a key:")
    print(f"  the operator's: {facts.operator_key}")
    print(f"  of {facts.members[0].name}: {facts.members[0].key}")
    print("Begin with /dashboard, /cases, /clusters or /checks of the address below.")
    run_server(ServeSettings(bundle=(year.bundle,), store=str(year.store), api_key=facts.operator_key, port=port))
