from __future__ import annotations

import asyncio

from serving.fetch.slots import Slots


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Visitors:
    """Tasks that hold a place until `go`."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.inside: list[str] = []
        self._gone: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def come(self, name: str, host: str) -> None:
        self._gone[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._visit(name, host))

    async def go(self, name: str) -> None:
        self._gone[name].set()
        await self.tasks[name]
        await settle()

    async def _visit(self, name: str, host: str) -> None:
        async with self._slots.hold(host):
            self.inside.append(name)
            await self._gone[name].wait()
            self.inside.remove(name)


def test_a_host_has_so_many_places_and_the_next_one_waits() -> None:
    async def run() -> None:
        visitors = Visitors(Slots(in_all=10, per_host=2))
        for name in ("a1", "a2", "a3"):
            visitors.come(name, "a")
        visitors.come("b1", "b")
        await settle()
        assert visitors.inside == ["a1", "a2", "b1"]
        await visitors.go("a1")
        assert visitors.inside == ["a2", "b1", "a3"]
        for name in ("a2", "b1", "a3"):
            await visitors.go(name)

    asyncio.run(run())


def test_who_waits_for_a_slow_host_takes_no_place_of_another_host() -> None:
    async def run() -> None:
        visitors = Visitors(Slots(in_all=2, per_host=1))
        for name in ("slow1", "slow2", "slow3"):
            visitors.come(name, "slow")
        await settle()
        visitors.come("b1", "b")
        await settle()
        assert visitors.inside == ["slow1", "b1"]
        visitors.come("c1", "c")
        await settle()
        assert visitors.inside == ["slow1", "b1"], "two in all"
        await visitors.go("b1")
        assert visitors.inside == ["slow1", "c1"]
        for name in ("slow1", "c1", "slow2", "slow3"):
            await visitors.go(name)

    asyncio.run(run())


def test_who_gives_up_waiting_frees_nothing_and_keeps_nothing() -> None:
    async def run() -> None:
        slots = Slots(in_all=1, per_host=1)
        visitors = Visitors(slots)
        visitors.come("a1", "a")
        visitors.come("a2", "a")
        await settle()
        visitors.tasks["a2"].cancel()
        await settle()
        visitors.come("a3", "a")
        await settle()
        assert visitors.inside == ["a1"]
        await visitors.go("a1")
        assert visitors.inside == ["a3"]
        await visitors.go("a3")
        assert slots._hosts == {}, "a host that nobody asks is forgotten"

    asyncio.run(run())
