from __future__ import annotations

import csv
import datetime
import io

import httpx
import pypdf
import pytest

from serving.clock import time_from, utc_now
from tests.serving.routes.transparency.steps import decided
from tests.serving.servers.running import Running


def quarter_now() -> str:
    now = utc_now()
    return f"{now.year}-Q{(now.month + 2) // 3}"


def test_figures_are_public_once_published_and_stay_as_they_were(server: Running) -> None:
    decided(server)
    quarter = quarter_now()
    draft = server.http.get(f"/v1/transparency/{quarter}/draft").json()
    assert (draft["version"], draft["published_at"]) == (None, None)
    early = server.http.post(f"/v1/transparency/{quarter}/publish")
    assert (early.status_code, early.json()["code"]) == (409, "quarter_not_over")
    later = utc_now() + datetime.timedelta(days=100)
    with time_from(lambda: later):
        published = server.http.post(f"/v1/transparency/{quarter}/publish")
    assert published.status_code == 201
    decided(server)
    with httpx.Client(base_url=server.url) as anyone:
        assert anyone.get(f"/v1/transparency/{quarter}").json() == published.json()
        listed = anyone.get("/v1/transparency").json()["reports"]
        assert (listed[0]["quarter"], listed[0]["version"]) == (quarter, published.json()["version"])
        text = anyone.get(f"/v1/transparency/{quarter}.csv")
        assert text.headers["content-type"].startswith("text/csv")
        rows = list(csv.DictReader(io.StringIO(text.text)))
        assert {row["quarter"] for row in rows} == {quarter}
        data = anyone.get(f"/v1/transparency/{quarter}.pdf")
        assert data.headers["content-type"] == "application/pdf"
        page = pypdf.PdfReader(io.BytesIO(data.content)).pages[0].extract_text()
        assert f"Transparency report {quarter}" in page
        assert server.http.post(f"/v1/transparency/{quarter}/withdraw").status_code == 204
        gone = anyone.get(f"/v1/transparency/{quarter}")
        assert (gone.status_code, gone.json()["code"]) == (404, "report_not_found")
    assert "Seller-77" not in published.text


@pytest.mark.parametrize("quarter", ["2026-Q5", "2026", "x", "2026-Q1'"])
def test_what_is_no_quarter_is_named(server: Running, quarter: str) -> None:
    answer = server.http.get(f"/v1/transparency/{quarter}")
    assert (answer.status_code, answer.json()["code"]) == (422, "quarter_invalid")


def test_parts_of_the_annual_report_are_csv_for_the_operator(server: Running) -> None:
    decided(server)
    year = str(utc_now().year)
    answer = server.http.get(f"/v1/transparency/annual/{year}/4_notices.csv?exact=true")
    assert answer.headers["content-disposition"] == f'attachment; filename="{year}-4_notices.csv"'
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert header[5] == "Number of notices received "
    assert len(rows) == 8
    assert server.http.get(f"/v1/transparency/annual/{year}/12_other.csv").status_code == 422
    assert server.http.get("/v1/transparency/annual/26/4_notices.csv").json()["code"] == "quarter_invalid"
