"""`touchstone evaluate`: judge a bundle, as it ships, on any manifest."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from training.data.manifest import read_manifest
from training.html.wording import LABEL_KIND_SENTENCES, interval, number, percent
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.evaluation import Evaluation, describe_left_out
from training.robustness.robustness import DEFAULT_LISTINGS, StressPlan
from training.robustness.terminal import print_stress
from training.statistics.estimate import Estimate, Proportion
from vision.bundle.metadata import Precision

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder.")],
    manifest: Annotated[Path, typer.Argument(help="A CSV or Parquet manifest, or a folder genuine/ + counterfeit/.")],
    out: Annotated[Path, typer.Option(help="The folder that gets metrics.json, answers.csv and report.html.")] = Path(
        "evaluation"
    ),
    where: Annotated[
        list[str] | None, typer.Option(help="Keep only rows that meet this, e.g. 'fold==0'; may be repeated.")
    ] = None,
    product: Annotated[str | None, typer.Option(help="Judge only this product; names the goods of a folder.")] = None,
    threads: Annotated[int, typer.Option(min=1, help="Listings that are decoded and judged at once.")] = 2,
    graph: Annotated[
        Precision | None, typer.Option(help="The graph that judges; without it, the one that would serve here.")
    ] = None,
    leaves_the_house: Annotated[
        bool, typer.Option("--leaves-the-house", help="Show only photos that the manifest marks as shareable.")
    ] = False,
    stress: Annotated[
        bool, typer.Option("--stress", help="Judge changed copies too: JPEG, size, light, crop, background and so on.")
    ] = False,
    stress_listings: Annotated[
        int, typer.Option(min=1, help="Listings that --stress draws; each change judges them all once more.")
    ] = DEFAULT_LISTINGS,
    stress_seed: Annotated[int, typer.Option(help="Seed of the draw, by label and product.")] = 0,
) -> None:
    """Judge a bundle on a manifest and write metrics.json, answers.csv and report.html.

    Photos that the bundle was fitted on are left out, and their number is said. A listing's first 12 photos count.
    """
    console = Console()
    evaluation = evaluate_bundle(
        bundle,
        read_manifest(manifest, where=where or (), product=product),
        out=out,
        threads=threads,
        leaves_the_house=leaves_the_house,
        stress=StressPlan(listings=stress_listings, seed=stress_seed) if stress else None,
        console=console,
        precision=graph,
    )
    _print_summary(console, evaluation)
    if evaluation.stress:
        print_stress(console, evaluation.stress)
    console.print(f"[bold]{out / 'report.html'}[/bold] has the curves and the worst mistakes.")


def _print_summary(console: Console, evaluation: Evaluation) -> None:
    figures = evaluation.figures
    title = f"{len(evaluation.listings)} listings, {len(evaluation.photos)} photos, {evaluation.graph.precision} graph"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("95 % interval")
    rows: list[tuple[str, Estimate]] = [
        ("listing AUROC", figures.listing.auroc),
        ("photo AUROC", figures.photo.auroc),
        ("listing average precision", figures.listing.average_precision),
        ("listing TPR at 1 % FPR", figures.listing.tpr_at_1pct_fpr),
        ("listing TPR at 5 % FPR", figures.listing.tpr_at_5pct_fpr),
        ("listing ECE", figures.listing.ece),
        ("decided (the rest is for review)", figures.coverage),
        ("right when decided", figures.accuracy_when_said),
        ("genuine flagged", figures.genuine_flagged),
        ("counterfeits passed", figures.counterfeit_passed),
    ]
    for name, figure in rows:
        value = percent(figure.value) if isinstance(figure, Proportion) else number(figure.value)
        table.add_row(name, value, interval(figure))
    console.print(table)
    for sentence in describe_left_out(evaluation.left_out):
        console.print(f"Left out: {sentence}")
    if evaluation.bundle.metadata.label_kind != "verified":
        console.print(LABEL_KIND_SENTENCES[evaluation.bundle.metadata.label_kind], style="yellow")
