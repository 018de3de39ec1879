"""Kills the server that searches photos: each check is searched once, and the clusters are those without a kill."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import multiprocessing
import random
import shutil
import time
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from serving.store.tables import (
    ChangedPartyRow,
    ClusterPartyRow,
    ClusterRow,
    EventFollowerRow,
    TraceBandRow,
    TracedCheckRow,
    TraceRow,
    TraceValueRow,
)
from tests.builders.photos import encode, smooth_pixels
from tests.serving.builders.new_checks import NOW, new_check
from tests.serving.builders.stores import Place, opened
from tests.serving.sellers import searching_process
from tests.serving.servers.occupied import until

KILLS = 4
LATER = datetime.timedelta(minutes=2)  # the lease of a follower that was killed is over
SELLERS = 12  # two and two share two photos, and each has one of its own
COUNTED = (TracedCheckRow, TraceRow, TraceValueRow, TraceBandRow, ClusterRow, ClusterPartyRow, ChangedPartyRow)


def photo(number: int) -> bytes:
    return encode(Image.fromarray(smooth_pixels(480, 360, seed=number)), "JPEG", quality=85)


@pytest.fixture(scope="module")
def unsearched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of checks with photos, of which nothing was searched."""
    folder = tmp_path_factory.mktemp("unsearched")

    async def work() -> None:
        async with opened(folder) as store:
            for number in range(SELLERS):
                photos = [photo(number // 2), photo(50 + number // 2), photo(100 + number)]
                new = new_check(*photos)
                answer = new.answer.model_copy(update={"listing_id": f"l{number}"})
                await store.keep(dataclasses.replace(new, answer=answer, seller_id=f"s{number}"), photos)

    asyncio.run(work())
    return folder


def start(folder: Path, bundle: Path, now: datetime.datetime) -> multiprocessing.process.BaseProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.serving.sellers.searching_process"])
    process = context.Process(target=searching_process.run, args=(folder, bundle, now))
    process.start()
    return process


def searched(folder: Path) -> int:
    engine = Place(folder=folder).connect()
    with Session(engine) as session:
        count = session.scalars(select(func.count()).select_from(TracedCheckRow)).one()
    engine.dispose()
    return count


def found_in(folder: Path) -> tuple[dict[str, int], list[list[str]], list[tuple[str, int]]]:
    """How many rows there are, which sellers are in one cluster, and how far the follower is."""
    engine = Place(folder=folder).connect()
    with Session(engine) as session:
        counts = {one.__tablename__: session.scalars(select(func.count()).select_from(one)).one() for one in COUNTED}
        clusters: dict[str, list[str]] = {}
        for row in session.scalars(select(ClusterPartyRow).order_by(ClusterPartyRow.party)):
            clusters.setdefault(row.cluster_id, []).append(row.party)
        followers = [(row.name, row.after) for row in session.scalars(select(EventFollowerRow))]
    engine.dispose()
    return counts, sorted(clusters.values()), followers


@pytest.mark.slow
def test_each_check_is_searched_once_though_the_server_that_searches_is_killed(
    unsearched: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        shutil.copytree(unsearched, folder)
    rng, now = random.Random(8), NOW
    for left in range(KILLS, 0, -1):
        before = searched(killed)
        wanted = before + rng.randint(0, max(0, (SELLERS - before) // (left + 1)))
        process = start(killed, tiny_bundle, now)
        until(lambda wanted=wanted: searched(killed) >= wanted)  # type: ignore[misc]
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.join()
        assert process.exitcode == -9
        now += LATER
    for folder in (killed, whole):
        process = start(folder, tiny_bundle, now)
        process.join(60)
        assert process.exitcode == 0
    counts, clusters, followers = found_in(killed)
    assert (counts, clusters, followers) == found_in(whole)
    assert counts["traced_checks"] == SELLERS
    assert counts["changed_parties"] == 0
    assert sorted(map(len, clusters)) == [2] * (SELLERS // 2), counts
