"""The folder of a simulated year: its store, its bundle, its ledger, and the keys of the store."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pydantic import TypeAdapter

from simulator.settings import YearSettings


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MemberAccess:
    """A member and a key of it."""

    member_id: str
    name: str
    key: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class YearFacts:
    """Settings of a year, and the keys with which its store is read; the store has nothing but simulated data."""

    settings: YearSettings
    operator_key: str
    members: list[MemberAccess]


_FACTS = TypeAdapter(YearFacts)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class YearFolder:
    """Where the parts of a simulated year lie."""

    path: Path

    @property
    def bundle(self) -> Path:
        """The detector under the names of the simulated products."""
        return self.path / "bundle"

    @property
    def store(self) -> Path:
        """The store, which `touchstone serve` serves too."""
        return self.path / "store"

    @property
    def ledger(self) -> Path:
        """What happened, one event a line."""
        return self.path / "ledger.jsonl"

    def write_facts(self, facts: YearFacts) -> None:
        """Write settings and keys, for this user's eyes."""
        path = self.path / "year.json"
        path.touch(mode=0o600)
        path.write_bytes(_FACTS.dump_json(facts, indent=2))

    def read_facts(self) -> YearFacts:
        """Read what `write_facts` wrote."""
        return _FACTS.validate_json((self.path / "year.json").read_bytes())
