"""`touchstone evaluate`: measure a bundle, as it ships, on any manifest."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from training.commands.manifest_options import (
    CounterfeitFolderOption,
    GenuineFolderOption,
    ManifestArgument,
    WhereOption,
)
from training.data.config import DataConfig
from training.data.load import read_data
from training.pipeline.evaluate import evaluate_bundle
from training.pipeline.terminal import print_evaluation
from training.robustness.robustness import DEFAULT_LISTINGS, RobustnessPlan
from training.robustness.terminal import print_robustness
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
    print_evaluation(console, evaluation)
    if evaluation.robustness:
        print_robustness(console, evaluation.robustness)
    console.print(f"[bold]{escape(str(out / 'report.html'))}[/bold] has the curves and the worst errors.")
