from __future__ import annotations

import inspect

import pytest
import typer

from training.commands.audit import audit
from training.commands.evaluate import evaluate


@pytest.mark.parametrize("command", [audit, evaluate])
def test_a_command_that_reads_a_manifest_has_the_options_of_every_other(command: object) -> None:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]
    options = {name for option in typer.main.get_command(app).params for name in option.opts}
    assert {"manifest", "--where", "--product", "--genuine-folder", "--counterfeit-folder"} <= options
    assert "manifest" in inspect.signature(command).parameters  # type: ignore[arg-type]
