"""`touchstone compare`: which runs it takes, what it prints, and the files that it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.training.builders.run_folders import FIRST, write_fold_run, write_record
from training.commands.compare import app
from training.errors import RunError


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    """Two runs of the same folds: the second separates fold 1 as well."""
    folders = [write_fold_run(tmp_path / "first", FIRST), write_fold_run(tmp_path / "second", FIRST | {"g3": 0.45})]
    for folder, head in zip(folders, ("linear", "kernel"), strict=True):
        write_record(folder, model={"recipe": "frozen", "head": head})
    return [str(folder) for folder in folders]


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"}, catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


def test_the_tables_show_figures_differences_and_settings(runs: list[str]) -> None:
    output = invoke(*runs)
    assert "second minus first, 8 common listings" in output
    assert "+0.1250" in output
    assert "frozen, kernel" in output
    assert "model.head" in output
    assert "fold 1" in output


def test_one_run_alone_has_figures(runs: list[str]) -> None:
    output = invoke(runs[0])
    assert "0.875" in output
    assert "minus" not in output


@pytest.mark.parametrize("named", [True, False], ids=["among the runs", "besides them"])
def test_another_run_may_be_the_baseline(runs: list[str], named: bool) -> None:
    table = json.loads(invoke(*(runs if named else runs[:1]), "--baseline", runs[1], "--json"))
    assert table["baseline"] == "second"
    assert table["differences"][0]["run"] == "first"
    assert table["differences"][0]["figures"]["mean_of_folds"]["value"] == -0.125


def test_only_common_folds(runs: list[str], tmp_path: Path) -> None:
    part = write_fold_run(tmp_path / "part", {name: p for name, p in FIRST.items() if name in ("g2", "g3", "c2", "c3")})
    table = json.loads(invoke(runs[0], str(part), "--common", "--json"))
    assert [run["listings"] for run in table["runs"]] == [4, 4]
    assert table["runs"][0]["mean_of_folds"]["value"] == 0.75
    assert table["listings_not_judged_by_all"] == 0


def test_out_leaves_a_page_json_and_each_runs_predictions(runs: list[str], tmp_path: Path) -> None:
    output = invoke(*runs, "--out", str(tmp_path / "out"))
    assert f"page: {tmp_path}/out/compare.html" in output.replace("\n", "")
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert names == ["compare.html", "compare.json", "first.csv", "second.csv"]


def test_many_runs_are_printed_without_the_wide_tables(runs: list[str], tmp_path: Path) -> None:
    more = [str(write_fold_run(tmp_path / f"more-{n}", FIRST)) for n in range(3)]
    output = invoke(*runs, *more)
    assert "Listing AUROC in parts" not in output
    assert "Settings that differ: model.head." in output


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert isinstance(result.exception, RunError)
