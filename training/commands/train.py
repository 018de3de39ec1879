"""`touchstone train CONFIG`: from a manifest to a bundle."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="TOML file of the run, such as configs/demo.toml.")],
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Override a key, such as run.folder=runs/mine. Repeatable."),
    ] = None,
) -> None:
    """Train a detector on a manifest: fit, calibrate, export and evaluate a bundle."""
    from rich.console import Console

    from training.pipeline.config import TrainConfig
    from training.pipeline.train import train as run_training
    from vision.config.read import read_config

    run_training(read_config(TrainConfig, config, set_ or ()), Console())
