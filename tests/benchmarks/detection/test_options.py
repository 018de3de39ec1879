"""Every detection benchmark prints its docstring on --help, with the command that runs it."""

import importlib
import pkgutil
import sys

import pytest

from benchmarks import detection

SCRIPTS = [
    name
    for _, name, _ in pkgutil.iter_modules(detection.__path__)
    if hasattr(importlib.import_module(f"benchmarks.detection.{name}"), "main")
]


def test_the_scripts_are_found() -> None:
    assert len(SCRIPTS) == 13


@pytest.mark.parametrize("name", SCRIPTS)
def test_help_prints_the_command_and_its_options(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = importlib.import_module(f"benchmarks.detection.{name}")
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        script.main()
    assert ended.value.code == 0
    assert f"python -m benchmarks.detection.{name} " in capsys.readouterr().out


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_readme_names_each_script(name: str) -> None:
    page = (importlib.resources.files(detection) / "README.md").read_text(encoding="utf-8")
    assert f"| `{name} " in page
