"""Looks up new checks for members that asked for it, and reports what is known as the event `group.match`."""

from __future__ import annotations

import functools
import logging

from pydantic import JsonValue

from serving.clock import utc_now
from serving.errors import RequestRefused
from serving.groups.lookup import Lookup
from serving.groups.signal_reader import SignalReader
from serving.schemas.events import EventType
from serving.store.events.followers import FollowerRows, Taken
from serving.store.events.following import follow
from serving.store.groups.bank import Asked
from serving.store.groups.group_store import GroupStore
from serving.store.groups.watch_rows import WATCH, Watched, Watcher
from vision.errors import CheckError

TYPES: tuple[EventType, ...] = ("check.completed",)
CHECKS_AT_ONCE = 5  # whose photos are read before the cursor moves
log = logging.getLogger("touchstone.serving")


class GroupWatch:
    """Follows checks, each once across kills and servers. What it asks does not count towards a member's questions."""

    def __init__(self, *, store: GroupStore, reader: SignalReader, followers: FollowerRows) -> None:
        self._store = store
        self._reader = reader
        self._followers = followers

    async def run(self) -> None:
        """Look up checks as they come, until cancelled; the first time, from now on."""
        await follow(
            self._followers,
            WATCH,
            self.report,
            types=TYPES,
            limit=CHECKS_AT_ONCE,
            from_first=False,
        )

    async def report(self, taken: Taken) -> None:
        """Look up the checks of some events; raises Overloaded and FollowedElsewhere, and then nothing is stored."""
        watched: list[Watched] = []
        for event in taken.events:
            if event.check_id is not None:
                for watcher in await self._store.watches.find_watchers(event.check_id):
                    try:
                        watched.append(await self._search(watcher, event.check_id))
                    except (RequestRefused, CheckError) as error:  # it left, or the check was deleted meanwhile
                        log.info("check %s is not looked up in a group: %s", event.check_id, error.code)
        await self._store.watches.report_matches(taken, watched, utc_now())

    async def _search(self, watcher: Watcher, check_id: str) -> Watched:
        group = await self._store.questions.open(watcher.member, watcher.group_id, check_id, utc_now(), None)
        probes = (
            [] if group.check is None else await self._reader.probes_of_check(watcher.member, group.check, group.asks)
        )
        lookup = Lookup(probes=probes, kinds=group.asks)
        near = await self._store.questions.search(watcher.member, watcher.group_id, lookup.wanted(), lookup.near)
        described: dict[str, JsonValue] = {"about": "watched_check", "check_id": check_id, "kinds": [*group.asks]}
        asked = Asked(near=near, described=described, tell=lookup.answer)
        return Watched(
            watcher=watcher, check_id=check_id, asked=asked, find_matches=functools.partial(_matches_of, lookup)
        )


def _matches_of(lookup: Lookup) -> list[JsonValue]:
    return [match.model_dump(mode="json") for match in lookup.matches]
