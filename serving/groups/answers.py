"""What an answer may say of a bank. Pure: of who gave what, it lets out as much as those members agreed to.

A member that is not named must not be recognised from a match. So matches of unnamed members count only where at least
MIN_UNNAMED of them, beside the asker, give this kind; and their number is given as one, or as two for two or more:
the exact one would name them all where every one of them matches.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from serving.groups.matching import step_of
from serving.schemas.enforcement.groups import GroupMatch, SharedKind, WhoToAsk

MIN_UNNAMED: Final = 3
MAX_UNNAMED_COUNTED: Final = 2


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """A member that gives a kind; `contact` is None where it is not named."""

    member_id: str
    name: str
    contact: str | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """An item that matched, whose check is still confirmed."""

    kind: SharedKind
    giver: Giver
    distance: float


def may_count_unnamed(givers: Iterable[Giver]) -> bool:
    """Whether enough unnamed members give a kind for a match to name none; of one bundle, where it is of embeddings."""
    return len({giver.member_id for giver in givers if giver.contact is None}) >= MIN_UNNAMED


def make_matches(
    group_id: str, group_name: str, matched: Sequence[Matched], counts_unnamed: Mapping[SharedKind, bool]
) -> list[GroupMatch]:
    """Give at most one match a kind: its nearest step, how many gave it, and who of them may be asked."""
    found = []
    for kind in sorted({one.kind for one in matched}):
        shown = [
            one
            for one in matched
            if one.kind == kind and (one.giver.contact is not None or counts_unnamed.get(kind, False))
        ]
        if not shown:
            continue
        step, limit = step_of(kind, min(one.distance for one in shown))
        named = {one.giver.member_id: one.giver for one in shown if one.giver.contact is not None}
        unnamed = {one.giver.member_id for one in shown} - named.keys()
        ask = [WhoToAsk(name=giver.name, contact=giver.contact or "") for giver in named.values()]
        found.append(
            GroupMatch(
                group_id=group_id,
                group_name=group_name,
                kind=kind,
                distance=step,
                distance_limit=limit,
                min_givers=len(named) + min(len(unnamed), MAX_UNNAMED_COUNTED),
                ask=sorted(ask, key=lambda one: one.name),
            )
        )
    return found
