"""Makes the statement of reasons of a case's decision: pure, from what the store has of the case.

The text of the facts is standard language, as the database's documentation asks for, so that it names nobody. Words of
the operator may be added, and are screened for personal data.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from serving.cases.decision_policy import (
    FORBIDDEN_BY_TERMS,
    LEGAL_GROUNDS,
    DecisionPolicy,
    explanation_of,
    territory_of,
)
from serving.errors import StatementRefused
from serving.schemas.enforcement.cases import Ground
from serving.schemas.enforcement.transparency import Automation
from serving.store.transparency.decided_listing import DecidedListing
from serving.transparency.statements import vocabulary as words
from serving.transparency.statements.field_rules import (
    FIRST_APPLICATION_DAY,
    FIRST_CONTENT_DAY,
    LAST_DAY,
    MAX_FACTS,
    problems_of,
)
from serving.transparency.statements.personal_data import find_personal_data

MAX_ADDED: Final = 3000  # characters of the operator's own words; the standard language takes the rest
MAX_PRODUCT: Final = 200  # characters of a product's name that the text has
KEYWORDS: Final[Mapping[Ground, str]] = {
    "trademark": "KEYWORD_TRADEMARK_INFRINGEMENT",
    "design": "KEYWORD_DESIGN_INFRINGEMENT",
    "copyright": "KEYWORD_COPYRIGHT_INFRINGEMENT",
    "patent": "KEYWORD_PATENT_INFRINGEMENT",
}
AUTOMATED_DECISIONS: Final[Mapping[Automation, str]] = {
    "none": "AUTOMATED_DECISION_NOT_AUTOMATED",
    "partly": "AUTOMATED_DECISION_PARTIALLY",
    "fully": "AUTOMATED_DECISION_FULLY",
}
_AUTOMATION_WORDS: Final[Mapping[Automation, str]] = {
    "none": "A person decided without automated means.",
    "partly": "A person decided, with the result of automated means at hand.",
    "fully": "The decision was taken by automated means.",
}


def puid_of(listing: DecidedListing) -> str:
    """Give the number of a statement, unique for the listing's decision and without a meaning to others."""
    return f"{listing.case_id}-{listing.position}-{listing.decision_sequence}"


def make_statement(listing: DecidedListing, policy: DecisionPolicy, added: str = "") -> dict[str, JsonValue]:
    """Give the JSON of a statement in the database's fields; `added` are words of the operator on the facts.

    Raises StatementRefused where these name somebody or are too long, and where the policy makes no valid statement.
    """
    refuse_personal_data(added, listing.personal)
    if len(added) > MAX_ADDED:
        raise StatementRefused(f"facts: {len(added)} characters, {MAX_ADDED} are allowed; shorten the text")
    statement: dict[str, JsonValue] = {
        "decision_visibility": [
            "DECISION_VISIBILITY_CONTENT_REMOVED"
        ],  # what `upheld` decides, also where it was taken back since
        "content_type": ["CONTENT_TYPE_PRODUCT"],
        "category": words.INTELLECTUAL_PROPERTY,
        "category_specification": [KEYWORDS[listing.ground]],
        "territorial_scope": list(territory_of(listing.country, policy.scope)),
        "content_date": _day(listing.content_at, FIRST_CONTENT_DAY),
        "application_date": _day(listing.decided_at, FIRST_APPLICATION_DAY),
        "decision_facts": _facts(listing, added),
        "source_type": _source(listing),
        "automated_detection": "Yes" if listing.found_by_automation else "No",
        "automated_decision": AUTOMATED_DECISIONS[listing.automated_decision],
        "puid": puid_of(listing),
        **_ground_fields(listing, policy),
    }
    require_valid(statement)
    return statement


def require_valid(statement: Mapping[str, JsonValue]) -> None:
    """Raise StatementRefused where a statement breaks a field rule; it names every field and what to change."""
    if problems := problems_of(statement):
        errors = [(problem.field, problem.message) for problem in problems]
        text = "; ".join(f"{field}: {message}" for field, message in errors)
        raise StatementRefused(f"the statement breaks the field rules of the database: {text}", errors)


def refuse_personal_data(text: str, known: Mapping[str, str]) -> None:
    """Raise StatementRefused where a text has personal data; the message names what to take out."""
    if found := find_personal_data(text, known):
        listed = "; ".join(f"{one.kind}: {one.text}" for one in found[:5])
        raise StatementRefused(
            f"facts: this text is published and has what may be personal data ({listed}); take it out",
            [("facts", f"take out {one.kind}") for one in found],
        )


def _ground_fields(listing: DecidedListing, policy: DecisionPolicy) -> dict[str, JsonValue]:
    explanation = explanation_of(listing.ground)
    if not policy.terms:
        return {
            "decision_ground": words.ILLEGAL,
            "illegal_content_legal_ground": LEGAL_GROUNDS[listing.ground],
            "illegal_content_explanation": explanation,
        }
    fields: dict[str, JsonValue] = {
        "decision_ground": words.INCOMPATIBLE,
        "incompatible_content_ground": policy.terms,
        "incompatible_content_explanation": f"{explanation} {FORBIDDEN_BY_TERMS}",
        "incompatible_content_illegal": "Yes",
    }
    return {**fields, "decision_ground_reference_url": policy.terms_url} if policy.terms_url else fields


def _source(listing: DecidedListing) -> str:
    if not listing.by_member:
        return words.SOURCE_VOLUNTARY
    return "SOURCE_TRUSTED_FLAGGER" if listing.by_trusted_flagger else "SOURCE_ARTICLE_16"


def _facts(listing: DecidedListing, added: str) -> str:
    """Give the facts and circumstances relied on, in standard language."""
    source = (
        "A holder of the right or its representative gave notice of the listing."
        if listing.by_member
        else "The platform found the listing on its own initiative."
    )
    found = (
        "Its photos were compared by automated means with those of genuine and counterfeit goods, which flagged it."
        if listing.found_by_automation
        else "It was not found by automated means."
    )
    product = listing.product[:MAX_PRODUCT]
    decided = "The examination found that the goods offered are not genuine or are offered without consent."
    parts = [f"The listing offers goods as {product}.", source, found, decided]
    parts.append(_AUTOMATION_WORDS[listing.automated_decision])
    if added.strip():
        parts.append(added.strip())
    return " ".join(parts)[:MAX_FACTS]


def _day(moment: datetime.datetime, first: datetime.date) -> str:
    """Give the UTC day of a time, moved into the range that the database takes."""
    return min(max(moment.astimezone(datetime.UTC).date(), first), LAST_DAY).isoformat()
