"""A server with two members and their records of decided cases."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from serving.clock import utc_now
from serving.settings import ServeSettings
from tests.builders.bundle import write_tiny_bundle
from tests.serving.builders.cases.decided_cases import add_cases, case_rows
from tests.serving.builders.stores import opened
from tests.serving.routes.accounts_steps import bearer, make_key
from tests.serving.servers.running import Running, run_in_thread

OPERATOR_KEY = "the-key-of-the-settings"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A server with two members: 40 notices of m (toys) were upheld, and six of n's (mugs) manifestly unfounded."""

    site: Running
    toys: dict[str, str]  # the headers of their keys
    mugs: dict[str, str]


@contextmanager
def standing_site(folder: Path) -> Iterator[Standing]:
    """Run it with its store in a folder."""
    (folder / "store").mkdir()
    at = utc_now() - datetime.timedelta(days=10)

    async def fill() -> None:
        async with opened(folder / "store") as store:
            good = (case_rows(number, ("upheld",), at=at) for number in range(40))
            bad = (
                case_rows(number, ("rejected:manifestly_unfounded",), at=at, member_id="n", product="mug")
                for number in range(40, 46)
            )
            await add_cases(store, itertools.chain(good, bad))

    with ThreadPoolExecutor(1) as thread:  # Playwright keeps an event loop running in that of its tests
        thread.submit(asyncio.run, fill()).result()
    write_tiny_bundle(folder / "bundle", products=("toy", "mug"))
    settings = ServeSettings(bundle=(folder / "bundle",), store=str(folder / "store"), api_key=OPERATOR_KEY, threads=1)
    with run_in_thread(settings) as site:
        keys = []
        for member_id, product in (("m", "toy"), ("n", "mug")):
            site.http.put(f"/v1/members/{member_id}/products", json={"products": [product]}).raise_for_status()
            keys.append(bearer(make_key(site, "read", "cases", "admin", member_id=member_id)["key"]))
        yield Standing(site=site, toys=keys[0], mugs=keys[1])
