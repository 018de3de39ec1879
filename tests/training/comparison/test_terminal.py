"""A comparison in the terminal."""

from __future__ import annotations

import io
from dataclasses import replace

from rich.console import Console

from tests.training.builders.run_folders import BETTER, FIRST, make_run
from training.comparison.compare import Comparison, compare_runs
from training.comparison.terminal import print_comparison
from training.runs.facts import RunFacts


def printed(comparison: Comparison) -> str:
    console = Console(file=io.StringIO(), width=140)
    print_comparison(comparison, console)
    output: str = console.file.getvalue()  # type: ignore[attr-defined]
    return output


def test_figures_decisions_provenance_and_differences_have_their_tables() -> None:
    output = printed(compare_runs([make_run("first", FIRST), make_run("second", BETTER)], rounds=50))
    for title in (
        "Discrimination and calibration of listings",
        "Decisions on these listings, at the thresholds of each bundle",
        "Provenance",
        "Listing AUROC by fold and product",
        "second minus first, 8 common listings",
    ):
        assert title in output
    assert "+0.1250" in output


def test_settings_that_differ_have_a_column_a_run() -> None:
    first, second = (
        replace(make_run(name, FIRST), facts=RunFacts(settings={"model.head": head}))
        for name, head in (("first", "linear"), ("second", "kernel"))
    )
    output = printed(compare_runs([first, second], rounds=50))
    assert "Settings that differ" in output
    assert "linear" in output
    assert "kernel" in output


def test_many_runs_name_their_differing_settings_in_a_line() -> None:
    runs = [replace(make_run(f"run {n}", FIRST), facts=RunFacts(settings={"frozen.c": n})) for n in range(5)]
    output = printed(compare_runs(runs, rounds=20))
    assert "Settings that differ: frozen.c. The page (--out) has them for each run." in output
    assert "optimistically biased" in output


def test_names_are_printed_as_they_are() -> None:
    assert "[red]odd" in printed(compare_runs([make_run("[red]odd", FIRST)], rounds=20))
