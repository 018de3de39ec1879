"""The page stands alone, the JSON is whole, and the predictions are those of docs/results."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.training.builders.run_folders import BETTER, FIRST, make_run, write_fold_run, write_record
from training.comparison.compare import Comparison, compare_runs
from training.comparison.page import comparison_as_dict, predictions_file, write_comparison, write_run_predictions
from training.comparison.run_predictions import read_run, read_runs
from training.errors import NothingToCompare

RESULTS = Path(__file__).parents[3] / "docs" / "results"


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    folder = tmp_path_factory.mktemp("runs")
    paths = [write_fold_run(folder / "first", FIRST), write_fold_run(folder / "<b>second</b>", BETTER)]
    write_record(paths[0], model={"head": "linear"})
    write_record(paths[1], model={"head": "<i>kernel</i>"})
    return compare_runs(read_runs(paths), rounds=50)


def test_the_page_fetches_nothing_and_escapes_what_it_shows(comparison: Comparison, tmp_path: Path) -> None:
    page = write_comparison(comparison, tmp_path / "new").read_text(encoding="utf-8")
    assert page.count("<svg") == 3  # runs, differences of AUROC and of coverage
    assert not re.findall(r"""(?:src|href)=["'](?!#|data:)[^"']*""", page.replace('xlink:href="#', 'href="#'))
    assert "url(http" not in page
    assert "<b>second" not in page
    assert "<i>kernel" not in page
    assert "&lt;i&gt;kernel" in page
    assert "from whoever published the photos" in page  # weak labels


def test_the_page_says_whether_a_difference_may_be_chance(comparison: Comparison, tmp_path: Path) -> None:
    page = write_comparison(comparison, tmp_path).read_text(encoding="utf-8")
    assert "+0.1250" in page
    assert "may be chance" in page


def test_one_run_without_folds_makes_a_page_too(tmp_path: Path) -> None:
    page = write_comparison(compare_runs([make_run("alone", FIRST, folds={})], rounds=50), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "Paired differences" not in text
    assert "By fold and product" not in text


def test_json_has_every_figure_and_no_nan(comparison: Comparison) -> None:
    table = comparison_as_dict(comparison)
    text = json.dumps(table, allow_nan=False)
    assert json.loads(text) == table
    first = table["runs"][0]  # type: ignore[index]
    assert first["mean_of_folds"]["value"] == 0.875
    assert first["by_fold"]["fold 1"]["auroc"]["value"] == 0.75
    assert first["listing"]["auroc"]["value"] == 0.6875


@pytest.mark.parametrize("name", ["sneakers", "sneakers-frozen", "sneakers-frozen-kernel"])
def test_the_published_predictions_are_written_as_they_are_read(tmp_path: Path, name: str) -> None:
    write_run_predictions(read_run(RESULTS / f"{name}.csv"), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == (RESULTS / f"{name}.csv").read_bytes()


def test_a_runs_file_is_named_after_it() -> None:
    assert predictions_file("first/report") == "first-report.csv"


def test_a_folder_that_can_t_be_written_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NothingToCompare, match="give another --out"):
        write_comparison(comparison, tmp_path / "file")
