"""Which statements of reasons the law asks for: one for each listing that a decision in the EU restricts anew."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

from serving.schemas.enforcement.cases import Ground
from simulator.truth.cases import UNDECIDED, TrueCase
from simulator.truth.events import CaseListing, CheckMade

EU: Final = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
KEYWORDS: Final[Mapping[Ground, str]] = {
    "trademark": "KEYWORD_TRADEMARK_INFRINGEMENT",
    "design": "KEYWORD_DESIGN_INFRINGEMENT",
    "copyright": "KEYWORD_COPYRIGHT_INFRINGEMENT",
    "patent": "KEYWORD_PATENT_INFRINGEMENT",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TrueStatement:
    """A statement that has to be made, with its fields in the DSA transparency database; `listing` is restricted."""

    case: TrueCase
    listing: CaseListing
    position: int
    decided_at: datetime.datetime
    puid: str
    fields: Mapping[str, JsonValue]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A move that restricts the listings of a case, or puts them back; `number` counts the case's moves from 1."""

    at: datetime.datetime
    case: TrueCase
    number: int
    restricts: bool


def true_statements(cases: Sequence[TrueCase], checks: Mapping[str, CheckMade]) -> list[TrueStatement]:
    """Give every statement, in the order of the decisions; a listing that is restricted already gets no second one."""
    restricted_by: dict[str, set[str]] = {}  # cases, by listing
    found = []
    in_eu = (case for case in cases if case.opened.country in EU)
    for turn in sorted(_turns(in_eu), key=lambda turn: (turn.at, turn.case.opened.case_id)):
        case_id = turn.case.opened.case_id
        for position, listing in enumerate(turn.case.opened.listings):
            by = restricted_by.setdefault(listing.listing_id, set())
            if not turn.restricts:
                by.discard(case_id)
                continue
            if not by - {case_id}:
                found.append(_statement(turn, position, listing, checks[listing.check_id]))
            by.add(case_id)
    return found


def _turns(cases: Iterable[TrueCase]) -> Iterator[_Turn]:
    for case in cases:
        before: str = "received"
        for number, move in enumerate(case.moves, start=2):  # the first one is the opening
            if move.to == "reinstated" or (move.to == "upheld" and before in UNDECIDED):
                yield _Turn(at=move.at, case=case, number=number, restricts=move.to == "upheld")
            before = move.to


def _statement(turn: _Turn, position: int, listing: CaseListing, check: CheckMade) -> TrueStatement:
    opened = turn.case.opened
    by_machine = opened.opened_by in ("rule", "cluster") or check.outcome == "counterfeit"
    puid = f"{opened.case_id}-{position}-{turn.number}"
    fields: dict[str, JsonValue] = {
        "puid": puid,
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
        "decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT",
        "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "category_specification": [KEYWORDS[opened.ground]],
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "content_date": min(check.at, opened.at).date().isoformat(),
        "application_date": turn.at.date().isoformat(),
        "territorial_scope": list(EU),
        "source_type": "SOURCE_VOLUNTARY" if opened.member_id is None else "SOURCE_ARTICLE_16",
        "automated_detection": "Yes" if by_machine else "No",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",  # a person decides, with a check at hand
    }
    return TrueStatement(
        case=turn.case, listing=listing, position=position, decided_at=turn.at, puid=puid, fields=fields
    )
