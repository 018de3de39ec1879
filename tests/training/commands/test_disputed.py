"""`touchstone disputed`: what it prints of a run's disputed labels, and the files to decide in."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders.training_data import write_toy_data
from tests.training.builders.predicted_run import write_predicted_run
from training.commands.disputed import app
from training.errors import RunError


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight listings, L00 to L07, in two folds; the even ones are genuine."""
    return write_toy_data(tmp_path_factory.mktemp("toy"), listings=8, folds=2)


@pytest.fixture
def run(tmp_path: Path, manifest: Path) -> Path:
    """A run whose predictions dispute L00 and L03."""
    return write_predicted_run(tmp_path, manifest)


def printed(*arguments: object) -> str:
    words = [str(argument) for argument in arguments]
    result = CliRunner().invoke(app, words, env={"COLUMNS": "120"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_command_writes_a_table_to_decide_in_and_a_page_that_fetches_nothing(run: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(run), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "8 of 8 listings have held-out predictions" in result.output
    assert "The network may be the one that is wrong" in result.output
    with (tmp_path / "out" / "disputed.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0] == {
        "listing": "L00", "product": "toy", "label": "genuine", "authenticity": "0.100000", "rank": "1",
        "suggested_label": "counterfeit", "decision": "",
    }  # fmt: skip
    page = (tmp_path / "out" / "disputed.html").read_text()
    assert "But the network may just as well be wrong" in page
    assert page.count("data:image/jpeg;base64,") == 2 * 2 + 1  # two photos of each, and the evidence that fold 0 gives
    assert 'src="http' not in page
    assert "<link" not in page


def rows_of(output: str) -> list[list[str]]:
    """The table's rows: rank, listing, product, label, authenticity, photos, why."""
    lines = [line for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_without_out_the_listings_are_printed_and_nothing_is_written(run: Path) -> None:
    before = sorted(run.parent.rglob("*"))
    output = printed(run)
    assert rows_of(output) == [
        ["1", "L00", "toy", "genuine", "0.10", "2", "0.90 counterfeit, 0.72 on average"],
        ["2", "L03", "toy", "counterfeit", "0.80", "2", "0.80 genuine, 0.70 on average"],
    ]
    words = " ".join(output.split())
    assert "genuine: an estimated 25 % of 4 labels are wrong (95 %: 0 to 75 %)" in words
    assert "counterfeit: an estimated 25 % of 4 labels are wrong (95 %: 0 to 67 %)" in words
    assert sorted(run.parent.rglob("*")) == before


def test_most_shortens_the_list_and_not_the_counts(run: Path) -> None:
    output = printed(run, "--most", "1")
    assert [row[1] for row in rows_of(output)] == ["L00"]
    assert "the network disputes the labels of 2." in output


def test_less_than_one_listing_is_wrong_usage(run: Path) -> None:
    result = CliRunner().invoke(app, [str(run), "--most", "0"])
    assert result.exit_code == 2


def test_without_evidence_the_page_has_the_photos_alone(run: Path, tmp_path: Path) -> None:
    printed(run, "--out", tmp_path / "out", "--no-evidence")
    page = (tmp_path / "out" / "disputed.html").read_text()
    assert page.count("data:image/jpeg;base64,") == 2 * 2


def test_a_manifest_that_moved_is_read_where_it_is_named(run: Path, manifest: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(manifest.parent, tmp_path / "moved") / manifest.name
    assert "has changed since the run" not in printed(run, "--manifest", moved)
    moved.write_text(moved.read_text().replace("toy,L01", "toy,L99"))
    output = printed(run, "--manifest", moved)
    assert "7 of 8 listings have held-out predictions" in output
    assert "The manifest has changed since the run; labels are the run's." in output


def test_a_folder_that_holds_no_run_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert isinstance(result.exception, RunError)
