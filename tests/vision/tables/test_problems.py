"""Problems of a table, and the nearest known word."""

from __future__ import annotations

from pathlib import Path

import pytest

from vision.errors import ManifestError
from vision.tables.problems import SHOWN, Problems, nearest


def test_ten_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    problems = Problems(tmp_path)
    for row in range(25):
        problems.add("label is empty", row=row)
    with pytest.raises(ManifestError, match="has 25 problems") as caught:
        problems.raise_if_any()
    assert caught.value.message.count("row ") == 10
    assert "… and 15 more" in caught.value.message


def test_a_problem_names_its_row_and_one_is_singular(tmp_path: Path) -> None:
    problems = Problems(tmp_path)
    problems.raise_if_any()
    problems.add("label is empty", row=7)
    with pytest.raises(ManifestError, match=r"has 1 problem:\n  row 7: label is empty$"):
        problems.raise_if_any()


def test_further_problems_are_only_counted(tmp_path: Path) -> None:
    problems = Problems(tmp_path)
    for n in range(SHOWN):
        assert not problems.full
        problems.add(f"problem {n}")
    problems.add("one more")
    assert problems.full
    assert (problems.count, len(problems.shown)) == (SHOWN + 1, SHOWN)


def test_the_nearest_word_ignores_case_and_may_be_none() -> None:
    assert nearest(" Genuin", ["genuine", "counterfeit"]) == "genuine"
    assert nearest("xyz", ["genuine", "counterfeit"]) is None
    assert nearest("genuin", ["genuine"], cutoff=0.99) is None
