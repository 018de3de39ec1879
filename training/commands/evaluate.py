"""`touchstone evaluate`: measure a bundle, as it ships, on any manifest."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from training.commands.manifest_options import (
    CounterfeitFolderOption,
    GenuineFolderOption,
    ManifestArgument,
    WhereOption,
)
from training.data.config import DataConfig
from training.data.load import read_data
from training.html.wording import LABEL_KIND_SENTENCES, interval, number, percent
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.evaluation import Evaluation, describe_exclusions
from training.robustness.robustness import DEFAULT_LISTINGS, RobustnessPlan
from training.robustness.terminal import print_robustness
from training.statistics.estimate import Estimate, Proportion
from vision.bundle.metadata import Precision

app = typer.Typer(add_completion=False)


@app.command()
def evaluate(
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder.")],
    manifest: ManifestArgument,
    out: Annotated[Path, typer.Option(help="The folder that gets metrics.json, answers.csv and report.html.")] = Path(
        "evaluation"
    ),
    where: WhereOption = None,
    product: Annotated[str | None, typer.Option(help="Evaluate only this product; a folder needs it.")] = None,
    genuine_folder: GenuineFolderOption = None,
    counterfeit_folder: CounterfeitFolderOption = None,
    threads: Annotated[int, typer.Option(min=1, help="Listings that are decoded and predicted at once.")] = 2,
    graph: Annotated[
        Precision | None, typer.Option(help="Graph to evaluate; default: the one that would serve here.")
    ] = None,
    shareable_only: Annotated[
        bool, typer.Option("--leaves-the-house", help="Show only photos that the manifest marks as shareable.")
    ] = False,
    stress: Annotated[
        bool, typer.Option("--stress", help="Measure robustness too: JPEG, size, light, crop, background etc.")
    ] = False,
    stress_listings: Annotated[
        int, typer.Option(min=1, help="Listings that --stress draws; each change evaluates all of them once.")
    ] = DEFAULT_LISTINGS,
    stress_seed: Annotated[int, typer.Option(help="Seed of the draw, by label and product.")] = 0,
) -> None:
    """Evaluate a bundle on a manifest and write metrics.json, answers.csv and report.html.

    Listings that the bundle was fitted on are excluded and counted. A listing's first 12 photos are used.
    """
    console = Console()
    data = DataConfig(
        manifest=manifest,
        where=tuple(where or ()),
        product=product,
        genuine_folder=genuine_folder,
        counterfeit_folder=counterfeit_folder,
    )
    evaluation = evaluate_bundle(
        bundle,
        read_data(data, console),
        out=out,
        threads=threads,
        shareable_only=shareable_only,
        robustness=RobustnessPlan(listings=stress_listings, seed=stress_seed) if stress else None,
        console=console,
        precision=graph,
    )
    _print_summary(console, evaluation)
    if evaluation.robustness:
        print_robustness(console, evaluation.robustness)
    console.print(f"[bold]{out / 'report.html'}[/bold] has the curves and the worst errors.")


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
        ("decided (the rest goes to review)", figures.coverage),
        ("right when decided", figures.accuracy_when_said),
        ("genuine flagged", figures.genuine_flagged),
        ("counterfeits passed", figures.counterfeit_passed),
    ]
    for name, figure in rows:
        value = percent(figure.value) if isinstance(figure, Proportion) else number(figure.value)
        table.add_row(name, value, interval(figure))
    console.print(table)
    for sentence in describe_exclusions(evaluation.exclusions):
        console.print(f"Excluded: {sentence}")
    if evaluation.bundle.metadata.label_kind != "verified":
        console.print(LABEL_KIND_SENTENCES[evaluation.bundle.metadata.label_kind], style="yellow")
