"""`touchstone disputed`: the listings whose label a held-out prediction disputes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from training.html.wording import percent, percents
from training.label_noise.page import shown_photos, write_disputed_page
from training.label_noise.suspects import (
    DisputedLabels,
    PredictedRun,
    find_disputed,
    read_predicted_run,
    write_disputed,
)
from training.progress import photo_progress

app = typer.Typer(add_completion=False)


@app.command()
def disputed(
    run: Annotated[Path, typer.Argument(help="Folder of a run: `run.folder`.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder that gets disputed.csv, to decide in, and disputed.html with pictures.")
    ] = None,
    limit: Annotated[int, typer.Option("--most", min=1, help="Maximum number of listings to show.")] = 100,
    manifest: Annotated[
        Path | None, typer.Option(help="The manifest, where it has moved since the run was made.")
    ] = None,
    no_evidence: Annotated[
        bool, typer.Option("--no-evidence", help="No evidence on the page, which takes longest.")
    ] = False,
) -> None:
    """List the listings whose label a held-out prediction disputes, for a person to review."""
    console = Console()
    judged = read_predicted_run(run, console, manifest=manifest)
    found = find_disputed(judged.predictions, limit=limit)
    _print_disputed(judged, found, console)
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    write_disputed(out / "disputed.csv", found.listings)
    photos = sum(len(shown_photos(judged.manifest, one.prediction.listing)) for one in found.listings)
    with photo_progress("drawing", photos, console) as advance:
        write_disputed_page(out / "disputed.html", judged, found, evidence=not no_evidence, advance=advance)
    console.print(
        f"[bold]{escape(str(out / 'disputed.html'))}[/bold] shows them. Fill in `decision` there or in disputed.csv, "
        "then train with data.corrections.",
        soft_wrap=True,
    )


def _print_disputed(run: PredictedRun, found: DisputedLabels, console: Console) -> None:
    table = Table(title="Disputed labels, most disputed first", title_justify="left")
    for column in ("", "listing", "product", "label", "authenticity", "photos", "why"):
        numeric = column in ("", "authenticity", "photos")
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for one in found.listings:
        prediction = one.prediction
        cells = (escape(prediction.listing), escape(prediction.product), prediction.label, f"{one.authenticity:.2f}")
        photos = len(run.manifest.listings[prediction.listing])
        table.add_row(str(one.rank), *cells, str(photos), one.why)
    console.print(table)
    everything = len(run.manifest.listings)
    console.print(
        f"{found.predicted} of {everything} listings have held-out predictions; the network disputes the labels of "
        f"{found.disputed}."
    )
    for estimate in found.estimates:
        console.print(
            f"{estimate.label}: an estimated {percent(estimate.share.value)} of {estimate.listings} labels are wrong "
            f"(95 %: {percents(estimate.share)}), if every confident error is the label's and none the network's."
        )
    console.print("The network may be the one that is wrong: review before you decide.", style="yellow")
    if run.changed:
        console.print("The manifest has changed since the run; labels are the run's.", style="yellow")
