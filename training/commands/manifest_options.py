"""The arguments by which a command is given a manifest, the same for every command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ManifestArgument = Annotated[
    Path, typer.Argument(help="A CSV or Parquet manifest, or a folder genuine/ + counterfeit/.")
]
WhereOption = Annotated[
    list[str] | None, typer.Option("--where", help="Keep only rows that meet this, e.g. 'fold==0'; may be repeated.")
]
GenuineFolderOption = Annotated[
    str | None,
    typer.Option("--genuine-folder", help="A folder manifest's folder of genuine photos, where its name is another."),
]
CounterfeitFolderOption = Annotated[
    str | None,
    typer.Option("--counterfeit-folder", help="A folder manifest's folder of counterfeits, where its name is another."),
]
