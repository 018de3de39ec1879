from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.training.builders.audit_data import DataSet
from training.audit.audit import Audit, audit_table
from training.audit.finding import FINDING_CODES, Finding
from training.audit.report import audit_as_dict, write_audit_report
from training.audit.shortcuts import SHORTCUTS
from training.data.manifest import read_manifest
from training.errors import AuditRefused


def finding(audit: Audit, code: str) -> Finding:
    found = [entry for entry in audit.findings if entry.code == code]
    assert len(found) == 1, [entry.code for entry in audit.findings]
    return found[0]


def lines_of(audit: Audit, entry: Finding) -> list[int]:
    return [audit.manifest.rows[index].row for index in entry.rows]


def test_sound_data_is_not_refused_and_small_classes_are_warned_of(tmp_path: Path) -> None:
    audit = DataSet(tmp_path).audit(shortcuts=SHORTCUTS)
    assert {(entry.code, entry.level) for entry in audit.findings} == {("too_few_for_guarantee", "warn")}
    audit.raise_if_refused()
    assert "takes 72" in audit.findings[0].message
    assert "add 66 genuine listings" in audit.findings[0].advice
    assert [baseline.shortcut for baseline in audit.baselines] == ["background", "colour", "file_metadata"]


def test_an_unreadable_photo_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    file = data.add(50, "genuine", "p", "L50")
    file.write_bytes(file.read_bytes()[:400])
    audit = data.audit()
    entry = finding(audit, "photo_unreadable")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [14])
    assert "row 14, 12.jpg" in entry.message
    with pytest.raises(AuditRefused, match="photo_unreadable"):
        audit.raise_if_refused()


def test_the_same_file_with_both_labels_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "L0b")
    audit = data.audit()
    entry = finding(audit, "same_photo_both_labels")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [2, 14])


def test_a_near_copy_with_the_other_label_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "L0b", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_both_labels")
    assert (entry.level, lines_of(audit, entry), entry.groups) == ("warn", [2, 14], ((0, 12),))
    assert not audit.refusals


def test_a_copy_in_another_listing_warns_and_one_in_its_own_does_not(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "counterfeit", "p", "L0", side_px=80)
    assert not [entry for entry in data.audit().findings if entry.code.startswith("near_duplicates")]
    data.add(1, "genuine", "p", "L1b", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_across_listings")
    assert (entry.level, lines_of(audit, entry)) == ("warn", [3, 15])


@pytest.mark.parametrize(("column", "values"), [("split", ("train", "test")), ("fold", ("0", "1"))])
def test_a_copy_in_another_split_or_fold_is_refused(tmp_path: Path, column: str, values: tuple[str, str]) -> None:
    data = DataSet(tmp_path, [column])
    data.lines = [line[:-1] + "," + values[0] for line in data.lines]
    data.add(1, "genuine", "p", "L1b", values[1], side_px=80)
    audit = data.audit()
    entry = finding(audit, f"near_duplicates_across_{column}s")
    assert (entry.level, lines_of(audit, entry)) == ("refuse", [3, 14])
    allowed = data.audit(allow=[f"near_duplicates_across_{column}s"])
    assert finding(allowed, f"near_duplicates_across_{column}s").level == "warn"


def test_copies_of_copies_are_found_wherever_the_odd_one_stands(tmp_path: Path) -> None:
    data = DataSet(tmp_path, ["split"])
    data.lines = [line[:-1] + ",train" for line in data.lines]
    data.add(1, "genuine", "p", "L1", "train")
    data.add(1, "genuine", "p", "L1b", "test", side_px=80)
    data.add(1, "genuine", "p", "L1b", "test", side_px=80)
    audit = data.audit()
    entry = finding(audit, "near_duplicates_across_splits")
    assert set(lines_of(audit, entry)) >= {3, 15}


def test_a_file_repeated_in_a_listing_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(1, "genuine", "p", "L1")
    audit = data.audit()
    assert lines_of(audit, finding(audit, "photo_repeated")) == [3, 14]


def test_a_class_in_one_format_is_refused_and_a_leaning_warns(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(6):
        data.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.png")
    entry = finding(data.audit(), "class_in_one_format")
    assert entry.level == "warn"
    assert "50 % of genuine and 100 % of counterfeit photos have the format jpeg" in entry.message
    pure = DataSet(tmp_path)
    pure.lines = [line for line in pure.lines if ",counterfeit," in line]
    for number in range(6):
        pure.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.png")
    assert finding(pure.audit(), "class_in_one_format").level == "refuse"


def test_a_class_in_one_size_is_refused(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.lines = [line for line in data.lines if ",counterfeit," in line]
    for number in range(6):
        data.add(100 + number, "genuine", "p", f"N{number}", name=f"n{number}.jpg", side_px=72)
    entry = finding(data.audit(), "class_in_one_size")
    assert (entry.level, "× 72" in entry.message or "× 64" in entry.message) == ("refuse", True)


def test_a_shortcut_warns_with_its_interval(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(60):
        label = "genuine" if number % 2 else "counterfeit"
        file = data.add(200 + number, label, "p", f"T{number}")
        pixels = np.asarray(Image.open(file).convert("RGB")).astype(int)
        pixels[..., 0] += 60 if label == "genuine" else 0
        Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(file, quality=90)
    audit = data.audit(shortcuts=["colour"])
    entry = finding(audit, "shortcut_colour")
    assert entry.level == "warn"
    assert re.search(r"AUROC of \d\.\d\d \(\d\.\d\d to \d\.\d\d; chance is 0\.50\)", entry.message)
    assert not [
        found
        for found in data.audit(shortcuts=["colour"], far_from_chance=1.0).findings
        if found.code.startswith("shortcut_")
    ]


def test_shortcuts_that_can_not_be_measured_are_warned_of(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.lines = data.lines[:6]
    audit = data.audit(shortcuts=SHORTCUTS)
    assert audit.baselines == ()
    assert sum(entry.code == "shortcut_not_measured" for entry in audit.findings) == 3


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


def test_enough_listings_of_which_too_few_calibrate_are_told_apart_from_too_few(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    line = "0.jpg,{},p,{}"
    for number in range(100):
        data.lines.append(line.format("genuine", f"G{number}"))
    codes = table_codes(data)
    assert codes == {"too_few_held_out": "warn", "too_few_for_guarantee": "warn"}


def test_the_page_stands_alone_and_shows_the_offenders(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(0, "genuine", "p", "<b>L0b</b>")
    bad = data.add(51, "genuine", "p", "L51")
    bad.write_bytes(b"text")
    audit = data.audit()
    page = tmp_path / "out" / "report.html"
    write_audit_report(audit, page)
    html = page.read_text(encoding="utf-8")
    assert html.count("data:image/jpeg;base64,") == 2
    assert "http" not in html
    assert "<b>L0b</b>" not in html
    assert "&lt;b&gt;L0b&lt;/b&gt;" in html
    for entry in audit.findings:
        assert entry.code in html
    write_audit_report(audit, tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == json.loads(json.dumps(audit_as_dict(audit)))


def test_a_report_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(AuditRefused, match="give another --out"):
        write_audit_report(DataSet(tmp_path).audit(), tmp_path / "taken" / "report.html")


def test_the_page_puts_photos_that_differ_first(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    for number in range(5):
        data.add(70 + number, "genuine", "p", "L1")
    data.add(80, "genuine", "odd product", "L1")
    page = tmp_path / "report.html"
    write_audit_report(data.audit(), page)
    figures = re.findall(r"<figcaption>.*?</figcaption>", page.read_text(encoding="utf-8"))
    assert len(figures) == 4
    assert "odd product" in figures[1]


DOCS = Path(__file__).parents[3] / "docs"


def test_every_finding_is_documented_and_every_documented_finding_exists() -> None:
    section = (DOCS / "audit.md").read_text(encoding="utf-8").split("## Findings")[1].split("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == sorted(FINDING_CODES)
