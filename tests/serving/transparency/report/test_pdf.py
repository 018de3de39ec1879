from __future__ import annotations

import io
import sys

import pypdf
import pytest

from serving.errors import ReportPdfDisabled
from serving.transparency.report.pdf import HIDDEN, pdf_of
from tests.serving.transparency.report.test_csv_text import REPORT


def test_every_table_is_in_the_pdf_and_a_hidden_count_as_such() -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(REPORT)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    for part in ("Transparency report 2026-Q1", "version 2", "Requests by country", HIDDEN, "93.4%", "Other figures"):
        assert part in text
    assert "Notices of members" in text


def test_without_the_extra_it_is_refused_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "reportlab"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "reportlab", None)
    with pytest.raises(ReportPdfDisabled, match="install the extra `documents`"):
        pdf_of(REPORT)
