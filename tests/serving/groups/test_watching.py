"""New checks that are looked up for those who asked for it."""

from __future__ import annotations

import time
from pathlib import Path

from tests.serving.builders.group_members import Sector, fill, made, settings_of
from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.servers.running import run_in_thread

OTHERS = ("bolt", "cord", "dune")


def matches(sector: Sector, name: str) -> dict[str, list[str]]:
    """The kinds that were known, by check, as the member reads its events."""
    events = sector.send(name, "GET", "/v1/events?types=group.match").json()["events"]
    return {event["data"]["check_id"]: [match["kind"] for match in event["data"]["matches"]] for event in events}


def wait_for(sector: Sector, name: str, check_id: str) -> dict[str, list[str]]:
    end = time.monotonic() + 60
    while check_id not in (found := matches(sector, name)):
        assert time.monotonic() < end, "the check was not looked up"
        time.sleep(0.05)
    return found


def test_a_new_check_of_who_watches_is_looked_up_once_also_over_a_restart(tmp_path: Path) -> None:
    with run_in_thread(settings_of(tmp_path)) as site:
        sector = fill(site)
        group = sector.make_group("acme", *OTHERS)
        for name in OTHERS:
            sector.give(name, group, [jpeg(BLUE, seed=7)], "photo_hash", "seller_id", seller_id="s-7")
        before = sector.confirm("acme", [jpeg(BLUE, seed=7)])
        asks = ["photo_hash", "seller_id"]
        made(sector.agree("acme", group, watch=True, asks=asks))
        unknown = sector.confirm("acme", [jpeg(BLUE, seed=8)], seller_id="s-8")
        known = sector.confirm("acme", [jpeg(BLUE, seed=7)], seller_id="s-7")
        found = wait_for(sector, "acme", known)
        assert found[known] == ["photo_hash", "seller_id"]
        assert unknown not in found
        events = sector.send("bolt", "GET", "/v1/events?types=group.match").json()["events"]
        assert events == []
        question = sector.ask("acme", group, seller_id="s-none")
        assert question["questions_left"] == 499, "what is looked up counts towards no limit"
    with run_in_thread(settings_of(tmp_path)) as site:
        again = Sector(site=site, ids=sector.ids, keys=sector.keys)
        last = again.confirm("acme", [jpeg(BLUE, seed=7)], seller_id="s-7")
        found = wait_for(again, "acme", last)
        assert set(found) - {before} == {known, last}  # the one before may have been looked up as well, being late
        for item in again.items("bolt", group):
            assert item["matches"] == sum(item["kind"] in kinds for kinds in found.values())
