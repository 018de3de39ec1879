"""The audit before training: what it prints, writes, refuses and allows."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.training.builders.audit_data import DataSet
from training.audit.gate import audit_before_training
from training.data.config import AuditDepth
from training.data.manifest import read_manifest
from training.errors import AuditRefused


def pass_gate(data: DataSet, page: Path, *, depth: AuditDepth = "full", allow: tuple[str, ...] = ()) -> str:
    console = Console(file=io.StringIO(), width=400)
    audit_before_training(read_manifest(data.write()), depth, allow=allow, threads=1, page=page, console=console)
    output: str = console.file.getvalue()  # type: ignore[attr-defined]
    return output


def test_warnings_are_printed_and_the_page_is_written(tmp_path: Path) -> None:
    output = pass_gate(DataSet(tmp_path), tmp_path / "audit.html")
    assert "[too_few_for_guarantee]" in output
    assert "too_few_for_guarantee" in (tmp_path / "audit.html").read_text(encoding="utf-8")


def test_a_refusal_is_raised_after_the_page_is_written(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(60, "genuine", "q", "L1")
    with pytest.raises(AuditRefused, match="listing_two_products"):
        pass_gate(data, tmp_path / "audit.html", depth="table")
    assert "listing_two_products" in (tmp_path / "audit.html").read_text(encoding="utf-8")


def test_an_allowed_refusal_is_a_warning(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(60, "genuine", "q", "L1")
    output = pass_gate(data, tmp_path / "audit.html", depth="table", allow=("listing_two_products",))
    assert "[listing_two_products]" in output


def test_the_table_alone_reads_no_photo(tmp_path: Path) -> None:
    data = DataSet(tmp_path)
    data.add(60, "genuine", "p", "L60").write_bytes(b"no photo")
    assert "photo_unreadable" not in pass_gate(data, tmp_path / "audit.html", depth="table")
    with pytest.raises(AuditRefused, match="photo_unreadable"):
        pass_gate(data, tmp_path / "audit.html")
