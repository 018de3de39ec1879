"""Problems of a manifest, and the nearest known word."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.manifest import HEADER, problems_of, write_csv
from training.data.problems import SHOWN, Problems, nearest
from training.errors import ManifestError


def test_ten_problems_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    message = problems_of(write_csv(tmp_path, HEADER, *[f"0.jpg,bad,d,L{n}" for n in range(25)]))
    assert "has 25 problems" in message
    assert message.count("row ") == 10
    assert "… and 15 more" in message


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
