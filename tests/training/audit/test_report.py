"""The audit as JSON and as a page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.training.builders.audit_data import DataSet
from training.audit.report import audit_as_dict, write_audit_report
from training.errors import AuditRefused


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
