from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from serving.settings import ServeSettings
from serving.store.tables import MemberRow
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened
from tests.serving.servers.running import Running, run_in_thread
from tests.serving.store.cases.test_service_rows import ROWS, received


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The cases of `test_service_rows`, long after: all that are undecided and not paused are overdue."""
    folder: Path = tmp_path_factory.mktemp("service")
    (folder / "store").mkdir()

    def add(session: Session) -> None:
        session.add(MemberRow(member_id="m", name="Toys", category="toys", country="DE", created_at=NOW))
        for number, row in enumerate(ROWS):
            session.add(received(number, **{"member_id": "m", "country": "DE", "product": "toy", **row}))

    async def fill() -> None:
        async with opened(folder / "store") as store:
            await store._database.write(add)

    asyncio.run(fill())
    write_tiny_bundle(folder / "bundle", products=("toy",))
    with run_in_thread(ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), threads=1)) as server:
        yield server


def test_the_service_level_is_computed_from_the_cases(filled: Running) -> None:
    answer = filled.http.get("/v1/service-level")
    assert answer.headers["cache-control"] == "no-store"
    level = answer.json()
    total = {name: level["total"][name] for name in ("cases", "in_time", "late", "overdue", "pending", "withdrawn")}
    assert total == {"cases": 12, "in_time": 5, "late": 2, "overdue": 3, "pending": 1, "withdrawn": 1}
    assert level["total"]["share"] == 0.5
    assert [(group["value"], group["name"]) for group in level["by_member"]] == [
        ("m", "Toys"),
        (None, None),
        ("n", None),
    ]
    assert [group["value"] for group in level["by_week"]] == ["2026-11-02", "2026-11-09"]
    of_china = filled.http.get("/v1/service-level", params={"country": "CN", "since": "2026-11-01"}).json()
    assert (of_china["total"]["cases"], of_china["since"]) == (2, "2026-11-01T00:00:00.000Z")


def test_late_cases_are_listed_page_by_page(filled: Running) -> None:
    whole = filled.http.get("/v1/service-level/late").json()
    assert [int(case["case_id"][-12:]) for case in whole["cases"]] == [11, 6, 4, 3, 2]
    assert whole["next_cursor"] is None
    assert whole["cases"][-1]["late_by_h"] == 0.1
    listed, cursor = [], None
    while True:
        query = {"limit": 2, **({} if cursor is None else {"cursor": cursor})}
        page = filled.http.get("/v1/service-level/late", params=query).json()
        listed += [case["case_id"] for case in page["cases"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert listed == [case["case_id"] for case in whole["cases"]]
    refused = filled.http.get("/v1/service-level/late", params={"cursor": "nonsense"})
    assert (refused.status_code, refused.json()["code"]) == (422, "cursor_invalid")


def test_both_are_there_as_csv(filled: Running) -> None:
    answer = filled.http.get("/v1/service-level.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert (rows[0]["group"], rows[0]["cases"], rows[0]["share"]) == ("total", "12", "0.5")
    late = list(csv.DictReader(io.StringIO(filled.http.get("/v1/service-level/late.csv").text, newline="")))
    assert [int(row["case_id"][-12:]) for row in late] == [11, 6, 4, 3, 2]


@pytest.mark.parametrize(
    "query", [{"since": "yesterday"}, {"category": "spaceships"}, {"country": "Germany"}, {"x": "1"}]
)
def test_a_filter_that_cannot_be_read_is_refused(filled: Running, query: dict[str, str]) -> None:
    for path in ("/v1/service-level", "/v1/service-level.csv", "/v1/service-level/late", "/v1/service-level/late.csv"):
        assert filled.http.get(path, params=query).status_code == 422, path


def test_a_wrong_country_is_named_with_what_to_send(filled: Running) -> None:
    refused = filled.http.get("/v1/service-level?country=de").json()
    assert refused["detail"] == "country: is no country of ISO 3166-1; send its two capital letters, such as DK"
