"""Checks a statement of reasons by the published field rules of the DSA transparency database, version 2.

Where the documentation and the database's code differ, the stricter counts: `territorial_scope` is required, and an
end date lies not before the application date. Fields that the database would drop without a word are refused too.
Source: see `vocabulary`.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Final

from pydantic import JsonValue

from serving.transparency.statements import vocabulary as words

MAX_STATEMENTS: Final = 100  # of one call
MAX_FACTS: Final = 5000
MAX_LEGAL_GROUND: Final = 500
MAX_EXPLANATION: Final = 2000
MAX_PUID: Final = 500
LAST_DAY: Final = datetime.date(2038, 1, 1)
FIRST_CONTENT_DAY: Final = datetime.date(2000, 1, 1)
FIRST_APPLICATION_DAY: Final = datetime.date(2020, 1, 1)
_PUID: Final = re.compile(r"[a-zA-Z0-9_-]+")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_URL: Final = re.compile(r"https?://[^\s/]+\S*")
_EAN_13: Final = re.compile(r"\d{13}", re.ASCII)
_DECISIONS: Final = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
_ONE_OF: Final[Mapping[str, frozenset[str]]] = {
    "decision_monetary": words.DECISION_MONETARY,
    "decision_provision": words.DECISION_PROVISION,
    "decision_account": words.DECISION_ACCOUNT,
    "account_type": words.ACCOUNT_TYPE,
    "decision_ground": words.DECISION_GROUND,
    "incompatible_content_illegal": words.YES_NO,
    "category": words.CATEGORY,
    "content_language": words.LANGUAGE,
    "source_type": words.SOURCE_TYPE,
    "automated_detection": words.YES_NO,
    "automated_decision": words.AUTOMATED_DECISION,
}
_LISTS: Final[Mapping[str, frozenset[str]]] = {
    "decision_visibility": words.DECISION_VISIBILITY,
    "category_addition": words.CATEGORY,
    "category_specification": words.KEYWORD,
    "content_type": words.CONTENT_TYPE,
    "territorial_scope": frozenset(words.EEA),
}
_TEXTS: Final[Mapping[str, int]] = {
    "decision_visibility_other": 500,
    "decision_monetary_other": 500,
    "category_specification_other": 500,
    "content_type_other": 500,
    "decision_ground_reference_url": 500,
    "illegal_content_legal_ground": MAX_LEGAL_GROUND,
    "illegal_content_explanation": MAX_EXPLANATION,
    "incompatible_content_ground": MAX_LEGAL_GROUND,
    "incompatible_content_explanation": MAX_EXPLANATION,
    "decision_facts": MAX_FACTS,
    "source_identity": 500,
    "puid": MAX_PUID,
}
_FIRST_DAYS: Final[Mapping[str, datetime.date]] = {
    "content_date": FIRST_CONTENT_DAY,
    "application_date": FIRST_APPLICATION_DAY,
    "end_date_visibility_restriction": FIRST_APPLICATION_DAY,
    "end_date_monetary_restriction": FIRST_APPLICATION_DAY,
    "end_date_service_restriction": FIRST_APPLICATION_DAY,
    "end_date_account_restriction": FIRST_APPLICATION_DAY,
}
_REQUIRED: Final = (
    "decision_ground",
    "content_type",
    "category",
    "territorial_scope",
    "content_date",
    "application_date",
    "decision_facts",
    "source_type",
    "automated_detection",
    "automated_decision",
    "puid",
)
_OF_GROUND: Final[Mapping[str, tuple[str, ...]]] = {
    words.ILLEGAL: ("illegal_content_legal_ground", "illegal_content_explanation"),
    words.INCOMPATIBLE: (
        "incompatible_content_ground",
        "incompatible_content_explanation",
        "incompatible_content_illegal",
    ),
}
_OPTIONAL: Final = "incompatible_content_illegal"
# A field, the field and the value that it explains: required with that value, and dropped without it.
_EXPLAINED: Final = (
    ("decision_visibility_other", "decision_visibility", "DECISION_VISIBILITY_OTHER", True),
    ("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER", True),
    ("content_type_other", "content_type", "CONTENT_TYPE_OTHER", True),
    ("category_specification_other", "category_specification", words.KEYWORD_OTHER, False),
)
FIELDS: Final = frozenset({*_ONE_OF, *_LISTS, *_TEXTS, *_FIRST_DAYS, "content_id"})


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """What is wrong with a field of a statement, and what to change."""

    field: str
    message: str


def problems_of(statement: Mapping[str, JsonValue]) -> list[FieldProblem]:
    """Give every problem of a statement as it would be sent, none where the database would take it."""
    given = {name: value for name, value in statement.items() if not _is_empty(value)}
    found = [_problem(name, "is no field of a statement") for name in given if name not in FIELDS]
    found += [_problem(name, "is required") for name in _REQUIRED if name not in given]
    found += _wrong_values(given)
    found += _wrong_decisions(given)
    found += _wrong_ground(given)
    found += _wrong_dates(given)
    return found


def _is_empty(value: JsonValue) -> bool:
    """Whether the database would read a value as none: it trims texts and takes an empty one for null."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _wrong_values(given: Mapping[str, JsonValue]) -> Iterator[FieldProblem]:
    for name, value in given.items():
        if name in _ONE_OF and not (isinstance(value, str) and value in _ONE_OF[name]):
            yield _problem(name, f"{value!r} is none of its values")
        elif name in _LISTS:
            yield from _wrong_list(name, value)
        elif name in _TEXTS:
            yield from _wrong_text(name, value, _TEXTS[name])
        elif name == "content_id":
            yield from _wrong_content_id(value)


def _wrong_list(name: str, value: JsonValue) -> Iterator[FieldProblem]:
    if not isinstance(value, list):
        yield _problem(name, "must be a list")
        return
    wrong = [one for one in value if not (isinstance(one, str) and one in _LISTS[name])]
    if wrong:
        yield _problem(name, f"{wrong[0]!r} is none of its values")


def _wrong_text(name: str, value: JsonValue, longest: int) -> Iterator[FieldProblem]:
    if not isinstance(value, str):
        yield _problem(name, "must be a text")
    elif len(value) > longest:
        yield _problem(name, f"has {len(value)} characters, {longest} are allowed")
    elif name == "puid" and not _PUID.fullmatch(value):
        yield _problem(name, "may have letters a to z, digits, - and _ only")
    elif name == "decision_ground_reference_url" and not _URL.fullmatch(value):
        yield _problem(name, "must be a URL that begins with https:// or http://")


def _wrong_content_id(value: JsonValue) -> Iterator[FieldProblem]:
    if not isinstance(value, dict) or set(value) != {"EAN-13"}:
        yield _problem("content_id", 'must be an object with the key "EAN-13" alone')
    elif not (isinstance(code := value["EAN-13"], str) and _EAN_13.fullmatch(code) and _has_check_digit(code)):
        yield _problem("content_id", "must have 13 digits of which the last is the check digit of EAN-13")


def _has_check_digit(code: str) -> bool:
    return sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(code)) % 10 == 0


def _wrong_decisions(given: Mapping[str, JsonValue]) -> Iterator[FieldProblem]:
    if not any(name in given for name in _DECISIONS):
        yield _problem("decision_visibility", f"one of {', '.join(_DECISIONS)} is required")
    for name, explained, value, is_required in _EXPLAINED:
        applies = _has(given.get(explained), value)
        if applies and is_required and name not in given:
            yield _problem(name, f"is required where {explained} has {value}")
        if not applies and name in given:
            yield _problem(name, f"is dropped by the database unless {explained} has {value}; leave it out")
    if "source_identity" in given and given.get("source_type") == words.SOURCE_VOLUNTARY:
        yield _problem("source_identity", f"is dropped by the database with {words.SOURCE_VOLUNTARY}; leave it out")


def _has(value: JsonValue, wanted: str) -> bool:
    return wanted in value if isinstance(value, list) else value == wanted


def _wrong_ground(given: Mapping[str, JsonValue]) -> Iterator[FieldProblem]:
    if given.get("decision_ground") not in words.DECISION_GROUND:
        return  # named as such: what it asks for is unknown
    for ground, names in _OF_GROUND.items():
        is_ground = given.get("decision_ground") == ground
        for name in names:
            if is_ground and name not in given and name != _OPTIONAL:
                yield _problem(name, f"is required where decision_ground is {ground}")
            if not is_ground and name in given:
                yield _problem(name, f"is dropped by the database unless decision_ground is {ground}; leave it out")


def _wrong_dates(given: Mapping[str, JsonValue]) -> Iterator[FieldProblem]:
    days: dict[str, datetime.date] = {}
    for name, first in _FIRST_DAYS.items():
        if name not in given:
            continue
        day = _day_of(given[name])
        if day is None:
            yield _problem(name, "must be a date of the form YYYY-MM-DD")
        elif not first <= day <= LAST_DAY:
            yield _problem(name, f"must be from {first} to {LAST_DAY}, got {day}")
        else:
            days[name] = day
    for name, day in days.items():
        if name.startswith("end_date_") and day < days.get("application_date", day):
            yield _problem(name, f"lies before the application date {days['application_date']}")


def _day_of(value: JsonValue) -> datetime.date | None:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return None
    try:
        return datetime.date.fromisoformat(value)
    except ValueError:
        return None


def _problem(field: str, message: str) -> FieldProblem:
    return FieldProblem(field=field, message=message)
