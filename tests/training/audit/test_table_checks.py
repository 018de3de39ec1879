"""Checks of the table alone: classes, listings, sellers, and how many listings calibrate."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.audit_data import DataSet
from training.audit.audit import audit_table
from training.data.manifest import read_manifest


def table_codes(data: DataSet) -> dict[str, str]:
    return {entry.code: entry.level for entry in audit_table(read_manifest(data.write())).findings}


def test_a_listing_with_two_products_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(60, "genuine", "q", "L1")
    assert table_codes(data)["listing_two_products"] == "refuse"


@pytest.mark.parametrize(("column", "values"), [("split", ("train", "test")), ("fold", ("0", "1"))])
def test_a_listing_in_two_splits_or_folds_is_refused(tmp_path: Path, column: str, values: tuple[str, str]) -> None:
    data = DataSet(tmp_path, [column])
    data.add(60, "genuine", "p", "L60", values[0])
    data.add(61, "genuine", "p", "L60", values[1])
    assert table_codes(data)[f"listing_spans_{column}s"] == "refuse"


def test_a_seller_in_two_splits_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["seller", "split"])
    data.add(60, "genuine", "p", "L60", "S1", "train")
    data.add(61, "genuine", "p", "L61", "S1", "test")
    assert table_codes(data)["seller_spans_splits"] == "warn"


def test_without_genuine_photos_nothing_can_be_learnt_and_without_counterfeit_ones_novelty(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    lines = data.lines
    data.lines = [line for line in lines if ",counterfeit," in line]
    assert table_codes(data)["class_missing"] == "refuse"
    data.lines = [line for line in lines if ",counterfeit," not in line]
    assert table_codes(data)["genuine_only"] == "warn"


def test_a_product_with_one_label_unlabelled_photos_and_a_genuine_cue_warn(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["cue", "sellers"])
    data.add(60, "genuine", "q", "L60", "", "")
    data.add(61, "", "p", "L61", "", "")
    data.add(62, "genuine", "p", "L62", "seam", "")
    codes = table_codes(data)
    for code in ("product_one_label", "unlabelled", "genuine_with_cue", "column_unknown"):
        assert codes[code] == "warn"


def test_the_thirteenth_photo_of_a_listing_is_warned_of(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(12):
        data.add(70 + number, "genuine", "p", "L1")
    assert "more_than_12_photos" in table_codes(data)
    data.lines.pop()
    assert "more_than_12_photos" not in table_codes(data)


def test_enough_listings_of_which_too_few_calibrate_are_distinguished_from_too_few(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    line = "0.jpg,{},p,{}"
    for number in range(100):
        data.lines.append(line.format("genuine", f"G{number}"))
    codes = table_codes(data)
    assert codes == {"too_few_held_out": "warn", "too_few_for_guarantee": "warn"}


def test_names_that_look_the_same_warn_with_both_spellings(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["seller"])
    for seed, (product, listing, seller) in enumerate(
        [("P", "L60", "anna"), ("p\u200b", "L61", "Anna"), ("q", "l0", ""), ("q", "L\u00a060", "")], start=60
    ):
        for label in ("genuine", "counterfeit"):
            data.add(seed, label, product, listing if label == "genuine" else f"{listing}c", seller)
    data.add(70, "genuine", "q", "L 60", "")
    found = [entry for entry in audit_table(read_manifest(data.write())).findings if entry.code == "spelled_two_ways"]
    assert [entry.level for entry in found] == ["warn"] * 3
    assert [entry.message for entry in found] == [
        r"1 product spelled in more than one way: 'P' and 'p' and 'p\u200b'",
        "1 seller spelled in more than one way: 'Anna' and 'anna'",
        r"1 listing spelled in more than one way: 'L 60' and 'L\xa060'",
    ]
    assert len(found[2].rows) == 2
