"""A run is found in whichever form it lies there, and one without predictions is refused with what to do."""

from pathlib import Path

import pytest

from tests.training.builders.run_folders import FIRST, prediction, write_fold_run, write_report
from training.comparison.run_predictions import read_run, read_runs, short_names
from training.errors import RunError
from training.evaluation.predictions import write_predictions


def test_a_run_of_folds_has_each_folds_predictions_on_its_own(tmp_path: Path) -> None:
    run = read_run(write_fold_run(tmp_path / "run", FIRST))
    assert [a.listing for a in run.predictions] == ["c0", "c1", "c2", "c3", "g0", "g1", "g2", "g3"]
    assert run.folds == {0, 1}
    assert run.missing_folds == ()
    assert [a.listing for a in run.of_folds({1}).predictions] == ["c2", "c3", "g2", "g3"]


def test_a_fold_without_predictions_is_named(tmp_path: Path) -> None:
    folder = write_fold_run(tmp_path / "run", FIRST)
    (folder / "folds" / "2").mkdir()
    assert read_run(folder).missing_folds == ("2",)


def test_the_folds_go_before_a_report_of_the_whole(tmp_path: Path) -> None:
    folder = write_fold_run(tmp_path / "run", FIRST)
    write_report(folder, [prediction("g9", 0.5)])
    assert len(read_run(folder).predictions) == 8


def test_a_report_a_folder_of_evaluate_and_a_table_are_runs_too(tmp_path: Path) -> None:
    written = [prediction("g1", 0.8), prediction("c1", None)]
    write_report(tmp_path / "run", written)
    (tmp_path / "evaluation").mkdir()
    write_predictions(tmp_path / "evaluation" / "answers.csv", written)
    write_predictions(tmp_path / "table.csv", written)
    runs = read_runs([tmp_path / "run", tmp_path / "evaluation", tmp_path / "table.csv"])
    assert [run.name for run in runs] == ["run", "evaluation", "table"]
    assert runs[0].predictions == runs[1].predictions == runs[2].predictions == (written[1], written[0])


def test_a_run_without_predictions_names_ways_to_get_some(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with pytest.raises(RunError, match=r"has no held-out predictions.*touchstone evaluate"):
        read_run(tmp_path / "run")
    with pytest.raises(RunError, match="no such run"):
        read_run(tmp_path / "elsewhere")


def test_folds_that_share_a_listing_are_refused(tmp_path: Path) -> None:
    folder = write_fold_run(tmp_path / "run", FIRST)
    write_report(folder / "folds" / "again", [prediction("g0", 0.5)])
    with pytest.raises(RunError, match="two predictions for listing g0"):
        read_run(folder)


def test_runs_of_one_name_get_longer_distinct_names(tmp_path: Path) -> None:
    paths = [tmp_path / "first" / "report", tmp_path / "second" / "report", tmp_path / "third"]
    assert short_names(paths) == ("first/report", "second/report", "third")
    with pytest.raises(RunError, match="is named twice"):
        short_names([tmp_path / "third", tmp_path / "first" / ".." / "third"])
