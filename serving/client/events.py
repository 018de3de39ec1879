"""The client's calls about events: what happened on the server, read in order and without a gap."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from serving.client.calls import Call, query
from serving.client.steps import Item, Items, Iteration, Pause, Sender
from serving.schemas.events import Event, EventPage, EventType

EVENTS_AT_ONCE = 200
LONG_POLL_S = 20.0  # what the server allows
PAUSE_S = 0.5  # where a server answers an empty page at once, although it was to wait


class EventCalls(Sender):
    """The calls about events. Raises ClientError."""

    @Iteration
    def events(
        self,
        *,
        after: int | None = None,
        since: str | datetime | None = None,
        types: Collection[EventType] = (),
        follow: bool = False,
    ) -> Items[Event]:
        """Iterate over events, oldest first, of those that the key may see.

        Keep the `sequence` of the last event that you have handled, and pass it as `after` to go on from there, also in
        another process. `since` begins at a time instead. `follow` waits for new ones without end.
        """
        filters = {"types": ",".join(sorted(types)) or None, "limit": EVENTS_AT_ONCE}
        place: dict[str, object] = {"since": since} if after is None else {"cursor": after}
        while True:
            params = query({**filters, **place, "wait_s": LONG_POLL_S if follow else None})
            call = Call(method="GET", path="/v1/events", params=params, waits_s=LONG_POLL_S if follow else 0.0)
            page = yield from self._read(call, EventPage)
            for event in page.events:
                yield Item(event)
            place = {"cursor": page.next_cursor}
            if page.has_more:
                continue
            if not follow:
                return
            if not page.events:
                yield Pause(PAUSE_S)
