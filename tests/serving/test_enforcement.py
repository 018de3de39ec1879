from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import Request

from serving.cases.moving import WantedMove
from serving.errors import StoreDisabled
from serving.principal import SERVER
from serving.services import enforcement_of, investigations_of, open_services
from serving.settings import ServeSettings
from serving.transparency.config import TOKEN_VARIABLE, TransparencySettings
from tests.serving.builders.cases.new_cases import new_case
from tests.serving.test_services import opened
from vision.errors import ConfigError


def test_without_a_store_there_is_no_part_of_it(tiny_bundle: Path) -> None:
    with opened(bundle=(tiny_bundle,), store="none") as services:
        assert services.enforcement is None
        request = Request({"type": "http", "app": SimpleNamespace(state=SimpleNamespace(services=services))})
        for read in (enforcement_of, investigations_of):
            with pytest.raises(StoreDisabled):
                read(request)


def test_with_a_store_its_parts_run_beside_the_server_until_they_are_cancelled(
    tiny_bundle: Path, tmp_path: Path
) -> None:
    async def work() -> None:
        with opened(bundle=(tiny_bundle,), store=str(tmp_path / "store")) as services:
            assert services.enforcement is not None
            tasks = [asyncio.create_task(one) for one in services.enforcement.background()]
            assert len(tasks) == 6
            done, _ = await asyncio.wait(tasks, timeout=0.1)
            assert done == set()
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
            assert [type(one) for one in ended] == [asyncio.CancelledError] * 6

    asyncio.run(work())


def test_a_part_that_can_not_be_opened_names_its_setting_and_leaves_the_store_unlocked(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    store: dict[str, Any] = {"bundle": (tiny_bundle,), "store": str(tmp_path / "store")}
    for _ in range(2):
        with pytest.raises(ConfigError, match=TOKEN_VARIABLE):
            open_services(ServeSettings(**store, transparency=TransparencySettings(statements_url="https://t.example")))
    with opened(**store) as services:
        assert services.enforcement is not None


def test_the_letter_to_a_seller_agrees_with_the_statement_of_reasons(tiny_bundle: Path, tmp_path: Path) -> None:
    duties = TransparencySettings(scope="country", terms="Clause 7", complaints_url="https://market.example/complain")

    async def work() -> None:
        with opened(bundle=(tiny_bundle,), store=str(tmp_path / "store"), transparency=duties) as services:
            assert services.enforcement is not None
            cases, sender = services.enforcement.cases, services.enforcement.duties.sender
            case_id = (await cases.open(SERVER, new_case(country="DE"))).case_id
            await cases.move(SERVER, case_id, WantedMove(to="upheld"), version=1)
            moved = await cases.move(SERVER, case_id, WantedMove(to="forwarded"), version=2)
            letter = (await services.enforcement.seller_side.read(moved.seller_tokens[0].token)).text
            await sender.prepare(case_id)
            (made,) = await services.enforcement.store.statement_rows.find_page(None, 9, case_id=case_id)
        statement = json.loads(made.body)
        assert statement["territorial_scope"] == ["DE"]
        assert "Territory: DE." in letter
        assert statement["incompatible_content_ground"] == "Clause 7"
        assert "Ground: Terms and conditions: Clause 7." in letter
        assert statement["source_type"] == "SOURCE_VOLUNTARY"
        assert "on its own initiative" in letter
        assert "by the link to your notice, or at https://market.example/complain" in letter

    asyncio.run(work())
