"""What a folder tells of its run."""

import json
from pathlib import Path

import pytest

from tests.training.builders.run_folders import write_record
from training.errors import RunError
from training.runs.facts import read_facts

MODEL = {"recipe": "frozen", "head": "kernel", "backbone": "tiny", "size_px": 64}


def write_bundle_metadata(folder: Path, created_at: str) -> None:
    folder.mkdir(parents=True)
    (folder / "bundle.json").write_text(json.dumps({"created_at": created_at}), encoding="utf-8")


def test_a_run_tells_its_recipe_head_backbone_and_side(tmp_path: Path) -> None:
    write_record(tmp_path, code_version="0.1.0+abc", model=MODEL, run={"folder": "runs/x"})
    facts = read_facts(tmp_path)
    assert facts.description == "frozen, kernel, tiny, 64 px"
    assert (facts.code_version, facts.label_kind, facts.made_at) == ("0.1.0+abc", "weak", None)
    assert "run.folder" not in facts.settings


def test_a_run_was_made_when_its_bundle_was_or_else_the_last_of_its_folds(tmp_path: Path) -> None:
    write_record(tmp_path, model=MODEL)
    write_bundle_metadata(tmp_path / "folds" / "0" / "bundle", "2026-01-01T00:00:00Z")
    write_bundle_metadata(tmp_path / "folds" / "1" / "bundle", "2026-01-02T00:00:00Z")
    assert read_facts(tmp_path).made_at == "2026-01-02T00:00:00Z"
    write_bundle_metadata(tmp_path / "bundle", "2026-01-03T00:00:00Z")
    assert read_facts(tmp_path).made_at == "2026-01-03T00:00:00Z"


def test_a_folder_of_evaluate_tells_its_bundle(tmp_path: Path) -> None:
    table = {"bundle": {"name": "mine", "version": "20260101.000000", "label_kind": "verified"}}
    (tmp_path / "metrics.json").write_text(json.dumps(table), encoding="utf-8")
    facts = read_facts(tmp_path)
    assert (facts.description, facts.label_kind) == ("mine 20260101.000000", "verified")


def test_a_folder_that_tells_nothing_is_no_error_but_a_damaged_record_is(tmp_path: Path) -> None:
    assert read_facts(tmp_path).description == ""
    (tmp_path / "run.json").write_text('{"config": 3}', encoding="utf-8")
    with pytest.raises(RunError, match="is damaged"):
        read_facts(tmp_path)
    (tmp_path / "run.json").write_text('{"config"', encoding="utf-8")
    with pytest.raises(RunError, match="can't be read"):
        read_facts(tmp_path)
