from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE, RED, add_tiny_references
from vision.bundle.bundle import read_bundle
from vision.bundle.references import Reference
from vision.cli.references import app


@pytest.fixture
def stocked(tmp_path: Path) -> tuple[Path, tuple[Reference, ...]]:
    bundle, written = add_tiny_references(
        write_tiny_bundle(tmp_path / "bundle"), [("genuine", RED), ("counterfeit", BLUE)]
    )
    return bundle.folder, written


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result.output


def test_the_list_names_each_reference_and_counts_those_that_are_left(
    stocked: tuple[Path, tuple[Reference, ...]],
) -> None:
    folder, (red, blue) = stocked
    assert "1 genuine and 1 counterfeit references" in run("list", folder)
    run("remove", folder, blue.id)
    output = run("list", folder)
    assert red.id in output
    assert "1 genuine and 0 counterfeit references" in output


def test_a_bundle_without_references_says_so(tmp_path: Path) -> None:
    folder = write_tiny_bundle(tmp_path / "bundle").folder
    assert run("list", folder).strip() == "0 genuine and 0 counterfeit references"


def test_removing_says_what_was_erased_and_seals_the_bundle(stocked: tuple[Path, tuple[Reference, ...]]) -> None:
    folder, (red, _) = stocked
    assert run("remove", folder, "--listing", "L0") == f"erased {red.id} (genuine, toy, L0)\n"
    assert red.file not in read_bundle(folder).files
    assert run("remove", folder, red.id) == "nothing to do: all of these were erased before\n"


def test_removing_nothing_is_wrong_usage(stocked: tuple[Path, tuple[Reference, ...]]) -> None:
    run("remove", stocked[0], code=2)
