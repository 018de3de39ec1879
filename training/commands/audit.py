"""`touchstone audit`: check a data set before training."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.audit.audit import FAR_FROM_CHANCE, Audit, audit_manifest
from training.audit.report import audit_as_dict, write_audit_report
from training.audit.shortcuts import SHORTCUTS
from training.commands.manifest_options import (
    CounterfeitFolderOption,
    GenuineFolderOption,
    ManifestArgument,
    WhereOption,
)
from training.data.config import DataConfig
from training.data.load import read_data
from training.data.manifest import Manifest
from training.errors import TrainingError
from training.pipeline.config import RunConfig, TrainConfig
from training.pipeline.enough_listings import require_enough_listings
from training.progress import photo_progress

app = typer.Typer(add_completion=False)

DropMixedOption = Annotated[bool, typer.Option("--drop-mixed-listings", help="Drop listings with two products.")]


@app.command()
def audit(
    manifest: ManifestArgument,
    where: WhereOption = None,
    product: Annotated[str | None, typer.Option(help="Audit only this product; names the goods of a folder.")] = None,
    genuine_folder: GenuineFolderOption = None,
    counterfeit_folder: CounterfeitFolderOption = None,
    drop_mixed_listings: DropMixedOption = False,
    out: Annotated[Path | None, typer.Option(help="Write a page with pictures (or JSON, if it ends in .json).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    allow: Annotated[
        list[str] | None, typer.Option(help="A finding's code that becomes a warning; may be repeated.")
    ] = None,
    far_from_chance: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="Warn when a shortcut's interval is above this AUROC.")
    ] = FAR_FROM_CHANCE,
    alpha: Annotated[
        float, typer.Option(min=0.001, max=0.5, help="Share of genuine listings that may be flagged.")
    ] = 0.05,
    beta: Annotated[float, typer.Option(min=0.001, max=0.5, help="Share of counterfeits that may pass.")] = 0.05,
    no_shortcuts: Annotated[
        bool, typer.Option("--no-shortcuts", help="Skip the shortcut baselines, which take longest.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Photos that are read at once.")] = 2,
    seed: Annotated[int, typer.Option(help="Seed of the shortcuts' cross-validation.")] = 0,
) -> None:
    """Check a data set before training: files, copies, splits, formats and shortcuts.

    Exits with 1 when something must be settled before training, else with 0.
    """
    console = Console(stderr=as_json)
    data = DataConfig(
        manifest=manifest,
        where=tuple(where or ()),
        product=product,
        genuine_folder=genuine_folder,
        counterfeit_folder=counterfeit_folder,
        drop_mixed_listings=drop_mixed_listings,
    )
    read = read_data(data, console)
    with photo_progress("reading photos", len(read.rows), console) as advance:
        found = audit_manifest(
            read,
            alpha=alpha,
            beta=beta,
            far_from_chance=far_from_chance,
            allow=allow or (),
            shortcuts=() if no_shortcuts else SHORTCUTS,
            threads=threads,
            seed=seed,
            advance=lambda: advance(1),
        )
    if out is not None:
        write_audit_report(found, out)
    if as_json:
        typer.echo(json.dumps(audit_as_dict(found), indent=2))
    else:
        print_audit(found, console, page=out, too_few=too_few_listings(read, data))
    if found.refusals:
        raise typer.Exit(1)


def too_few_listings(manifest: Manifest, data: DataConfig) -> str | None:
    """Why `touchstone train` would refuse these listings with default settings, None where it would not."""
    config = TrainConfig(data=data, run=RunConfig(folder=Path("runs/audited"), name="audited"))
    try:
        require_enough_listings(manifest.labelled(), config)
    except TrainingError as refusal:
        return refusal.message
    return None


def print_audit(audit: Audit, console: Console, *, page: Path | None = None, too_few: str | None = None) -> None:
    """The findings, what to do about each, the shortcuts' figures, why training would refuse, where the page is."""
    console.print(f"products: {escape(', '.join(audit.manifest.products))}", soft_wrap=True)
    findings = Table.grid(padding=(0, 2, 1, 0))
    for finding in audit.findings:
        level = "[bold red]refused[/bold red]" if finding.level == "refuse" else "[yellow]warning[/yellow]"
        text = f"{escape(finding.message)} [dim]{finding.code}[/dim]\n[bold]→[/bold] {escape(finding.advice)}"
        findings.add_row(level, text)
    console.print(findings)
    if audit.baselines:
        table = Table(title="Shortcuts: cross-validated AUROC without the product (chance: 0.50)", title_justify="left")
        for column in ("features", "listing AUROC", "95 % interval", "listings"):
            table.add_column(column, justify="left" if column == "features" else "right")
        for baseline in audit.baselines:
            auroc = baseline.auroc
            interval = f"{auroc.low:.2f} to {auroc.high:.2f}"
            name = baseline.shortcut.replace("_", " ")
            table.add_row(f"{name} alone", f"{auroc.value:.2f}", interval, str(baseline.n_listings))
        console.print(table)
    if audit.refusals:
        console.print("[bold red]Refused.[/bold red]")
    elif too_few:
        console.print(
            f"[bold yellow]Too few listings for training with default settings.[/bold yellow] {escape(too_few)}"
        )
    else:
        console.print("[bold green]May be trained on.[/bold green]")
    if page is not None:
        console.print(f"[bold]{escape(str(page))}[/bold] shows the photos.")
