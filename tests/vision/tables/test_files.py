"""The files that cells name."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from vision.tables.files import TableFiles
from vision.tables.problems import Problems


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "front.jpg").write_bytes(b"photo")
    (tmp_path / "in" / unicodedata.normalize("NFD", "Föhn.jpg")).write_bytes(b"photo")
    return tmp_path


@pytest.mark.parametrize("cell", ["in/front.jpg", r"in\front.jpg", "./in/front.jpg"])
def test_a_path_of_either_system_is_found_beside_the_table(folder: Path, cell: str) -> None:
    problems = Problems(folder)
    found = TableFiles(folder).find(cell, "photo", 2, problems)
    assert found is not None
    assert found.samefile(folder / "in" / "front.jpg")
    assert problems.count == 0


def test_a_name_is_found_in_another_unicode_form(folder: Path) -> None:
    found = TableFiles(folder).find(unicodedata.normalize("NFC", "in/Föhn.jpg"), "photo", 2, Problems(folder))
    assert found is not None
    assert found.name == unicodedata.normalize("NFD", "Föhn.jpg")


def test_an_empty_cell_is_no_file_and_no_problem(folder: Path) -> None:
    problems = Problems(folder)
    assert TableFiles(folder).find("", "mask", 2, problems) is None
    assert problems.count == 0


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("in/frnt.jpg", "row 7: photo 'in/frnt.jpg' is not a file in {folder}/in; did you mean 'front.jpg'?"),
        ("in", "row 7: photo 'in' is not a file; it is a folder"),
        ("out/front.jpg", "row 7: photo 'out/front.jpg' is not a file; there is no folder {folder}/out"),
        ("https://shop.example/1.jpg", "row 7: photo 'https://shop.example/1.jpg' is a URL; download it"),
    ],
)
def test_a_missing_file_is_noted_with_what_is_near(folder: Path, cell: str, problem: str) -> None:
    problems = Problems(folder)
    assert TableFiles(folder).find(cell, "photo", 7, problems) is None
    assert problems.shown[0].startswith(problem.format(folder=folder))
