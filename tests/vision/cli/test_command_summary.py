from __future__ import annotations

import sys
from pathlib import Path

import pytest

from vision.cli.command_summary import read_summary

COMMAND = '''
"""About the module."""
raise RuntimeError("a summary is read without running the module")


@app.command()
def learn() -> None:
    """Learn something.

    More about it.
    """
'''
GROUP = '''
app = typer.Typer(help="Work with labels.")


@app.command()
def export() -> None:
    """Export labels."""
'''
CALLBACK = '''
app = typer.Typer(help="Not this one.")


@app.callback()
def references() -> None:
    """See references."""


@app.command("list")
def list_references() -> None:
    """List them."""
'''


def summary_of(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (folder / "made_up_command.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    return read_summary("made_up_command")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        (COMMAND, "Learn something."),
        (GROUP, "Work with labels."),
        (CALLBACK, "See references."),
        ('"""Only a module."""\n', "Only a module."),
        ("x = 1\n", ""),
    ],
    ids=["command", "group", "callback", "module", "nothing"],
)
def test_the_summary_is_the_first_line_of_what_the_command_documents(
    text: str, summary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert summary_of(text, tmp_path, monkeypatch) == summary
    assert "made_up_command" not in sys.modules


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.commands.run", "vision.no_such_module"])
def test_a_module_that_is_not_installed_has_no_summary(module: str) -> None:
    assert read_summary(module) == ""
