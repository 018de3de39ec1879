"""`touchstone serve CONFIG` or `touchstone serve BUNDLE`: the HTTP endpoint and the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False)


@app.command()
def serve(
    config: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIG|BUNDLE",
            help="TOML file, such as configs/serve.toml, or a bundle's folder, to serve it with the default settings.",
        ),
    ],
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Set one key, such as bundle=runs/x/bundle.")
    ] = None,
) -> None:
    """Serve a bundle over HTTP, with pages for reviewers; stops at Ctrl-C or SIGTERM after finishing what runs."""
    from serving.server import run_server
    from serving.settings import read_serve_settings

    run_server(read_serve_settings(config, overrides or ()))
