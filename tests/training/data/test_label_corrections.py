"""Decisions on disputed labels, put into a manifest as it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders.training_data import write_toy_data
from training.data.label_corrections import CorrectionCounts
from training.data.manifest import read_manifest
from vision.errors import ManifestError


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Listings L00 to L05 of two photos; the even ones are genuine."""
    return write_toy_data(tmp_path_factory.mktemp("toy"), listings=6)


def decide(folder: Path, *lines: str, header: str = "listing,label,decision") -> Path:
    file = folder / "disputed.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return file


def test_decisions_change_labels_leave_listings_out_and_are_counted(tmp_path: Path, manifest: Path) -> None:
    lines = ("L00,genuine,counterfeit", "L01,counterfeit,genuine", "L02,genuine,drop", "L03,counterfeit,keep", "L04,,")
    read = read_manifest(manifest, corrections=decide(tmp_path, *lines))
    labels = {name: read.rows[rows[0]].label for name, rows in read.listings.items()}
    assert labels == {
        "L00": "counterfeit", "L01": "genuine", "L03": "counterfeit", "L04": "genuine", "L05": "counterfeit"
    }  # fmt: skip
    assert {read.rows[row].label for row in read.listings["L00"]} == {"counterfeit"}, "every photo of the listing"
    assert read.corrected == CorrectionCounts(to_genuine=1, to_counterfeit=1, dropped=1, kept=1, undecided=1)


def test_corrections_change_the_data_hash_and_the_manifest_stays_as_it_is(tmp_path: Path, manifest: Path) -> None:
    before = manifest.read_bytes()
    plain = read_manifest(manifest)
    changed = read_manifest(manifest, corrections=decide(tmp_path, "L00,,counterfeit"))
    kept = read_manifest(manifest, corrections=decide(tmp_path, "L00,,keep"))
    assert changed.sha256 != plain.sha256 == kept.sha256
    assert manifest.read_bytes() == before


def test_a_decision_that_agrees_with_the_label_keeps_it(tmp_path: Path, manifest: Path) -> None:
    read = read_manifest(manifest, corrections=decide(tmp_path, "L00,,genuine"))
    assert read.corrected == CorrectionCounts(kept=1)


def test_counts_survive_what_is_left_out_afterwards(tmp_path: Path, manifest: Path) -> None:
    read = read_manifest(manifest, corrections=decide(tmp_path, "L00,,drop"))
    assert read.where(lambda row: row.fold == 0).corrected == CorrectionCounts(dropped=1)


def test_a_decision_on_a_listing_that_a_filter_leaves_out_is_no_error(tmp_path: Path, manifest: Path) -> None:
    read = read_manifest(manifest, corrections=decide(tmp_path, "L00,,counterfeit"), where=["fold!=0"])
    assert "L00" not in read.listings


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("L000,,keep", r"row 2: the manifest has no listing 'L000'; did you mean 'L00'"),
        ("hd-1,,keep", r"no listing 'hd-1'; was the list made from another manifest"),
        ("L00,,fake", r"row 2: decision 'fake' is unknown; "),
        ("L00,,counterfiet", r"did you mean 'counterfeit'"),
    ],
)
def test_unknown_listings_and_words_are_refused_with_what_fits(
    tmp_path: Path, manifest: Path, line: str, message: str
) -> None:
    with pytest.raises(ManifestError, match=message):
        read_manifest(manifest, corrections=decide(tmp_path, line))


def test_two_decisions_on_one_listing_are_refused(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(ManifestError, match=r"row 3: listing 'L00' has another decision above"):
        read_manifest(manifest, corrections=decide(tmp_path, "L00,,keep", "L00,,drop"))


def test_a_table_without_decisions_is_refused(tmp_path: Path, manifest: Path) -> None:
    with pytest.raises(ManifestError, match=r"no column 'decision'; rename 'Decisions' to 'decision'\?"):
        read_manifest(manifest, corrections=decide(tmp_path, "L00,keep", header="listing,Decisions"))


def test_the_counts_in_words() -> None:
    counts = CorrectionCounts(to_genuine=3, to_counterfeit=2, dropped=1, kept=10)
    assert counts.in_words() == "3 listings now genuine, 2 now counterfeit, 1 left out, 10 kept as they were"
