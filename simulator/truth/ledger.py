"""The ledger: what the people of the simulation did and saw, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter

from simulator.truth.events import Event

E = TypeVar("E")
_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


class Ledger:
    """Events of a simulation, oldest first; written as JSON lines."""

    def __init__(self, happened: list[Event] | None = None) -> None:
        self.events = [] if happened is None else happened

    def add(self, event: Event) -> None:
        """Record an event."""
        self.events.append(event)

    def all(self, kind: type[E]) -> Iterator[E]:
        """Give the events of a kind."""
        return (event for event in self.events if isinstance(event, kind))

    def write(self, path: Path) -> None:
        """Write the events, one a line."""
        path.write_bytes(b"".join(_EVENT.dump_json(event) + b"\n" for event in self.events))


def read_ledger(path: Path) -> Ledger:
    """Read what `Ledger.write` wrote."""
    return Ledger([_EVENT.validate_json(line) for line in path.read_bytes().splitlines()])
