"""How long checks are kept: by their outcome, and longer where a reviewer found a counterfeit."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator
from typing import get_args

from sqlalchemy import ColumnElement

from serving.schemas.checks import Outcome
from serving.store.tables import CheckRow
from vision.config.read import setting
from vision.errors import ConfigError

COUNTERFEIT = "counterfeit"
MAX_DAYS = 36_500  # a date so long ago can be computed with
_AS_ALL = "not set: as `retention_days`; 0: never."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class RetentionSettings:
    """Days after which a check is deleted, where `retention_days` is not to hold for all: the most specific counts."""

    genuine: int | None = setting(None, help=f"Days after which a check with outcome `genuine` is deleted; {_AS_ALL}")
    counterfeit: int | None = setting(None, help=f"The same for outcome `counterfeit`; {_AS_ALL}")
    review: int | None = setting(None, help=f"The same for outcome `review`; {_AS_ALL}")
    unsupported: int | None = setting(None, help=f"The same for outcome `unsupported`; {_AS_ALL}")
    insufficient: int | None = setting(None, help=f"The same for outcome `insufficient`; {_AS_ALL}")
    decided_counterfeit: int | None = setting(
        None,
        help="Days after which a check is deleted whose latest review is `counterfeit`, whatever its outcome: evidence "
        "for a dispute may be needed for longer. Not set: as others of its outcome; 0: never.",
    )
    audit_private: int | None = setting(
        None,
        help="Days after which addresses and names of people are deleted from the audit log, whose entries stay; not "
        "set: never.",
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            lowest = 1 if field.name == "audit_private" else 0
            if value is not None and not lowest <= value <= MAX_DAYS:
                raise ConfigError(f"{field.name}: must be {lowest} to {MAX_DAYS}, got {value}")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Checks of one outcome that are deleted after some days; `decided` None means whatever a reviewer decided."""

    outcome: Outcome
    days: int
    decided: bool | None = None  # whether the latest review is `counterfeit`

    def conditions(self, now: datetime.datetime) -> Iterator[ColumnElement[bool]]:
        """Give the conditions of the checks that are to be deleted now."""
        yield CheckRow.outcome == self.outcome
        yield CheckRow.created_at < now - datetime.timedelta(days=self.days)
        if self.decided is not None:
            yield CheckRow.decision.is_not_distinct_from(COUNTERFEIT) == self.decided


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """What is deleted after how long. Without any day nothing is."""

    days: int | None = None
    settings: RetentionSettings = dataclasses.field(default_factory=RetentionSettings)

    def rules(self) -> Iterator[Rule]:
        """Give the rules, which no two share a check of."""
        for outcome in get_args(Outcome):
            days = _first_set(getattr(self.settings, outcome), self.days)
            decided = self.settings.decided_counterfeit
            if decided is None:
                yield from _rule(outcome, days, None)
            else:
                yield from _rule(outcome, days, False)
                yield from _rule(outcome, decided, True)


def _first_set(own: int | None, of_all: int | None) -> int | None:
    return of_all if own is None else own


def _rule(outcome: Outcome, days: int | None, decided: bool | None) -> Iterator[Rule]:
    if days:
        yield Rule(outcome=outcome, days=days, decided=decided)
