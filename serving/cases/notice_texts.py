"""What both sides of a case are informed of, in the fields that the law asks for: texts without any way to send them.

Digital Services Act, Regulation (EU) 2022/2065: receipt (Art. 16(4)), decision and redress for the notifier
(Art. 16(5)), use of automated means (Art. 16(6)), statement of reasons to the seller (Art. 17), complaints (Art. 20),
disputes out of court (Art. 21). E-Commerce Law of the People's Republic of China: Art. 42 and 43.
docs/law.md has what of these articles is implemented; it is no legal advice, and neither are these texts.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping, Sequence
from typing import Final

from serving.cases.clocks.periods import HOLDER_DAYS, complaint_window
from serving.cases.clocks.time_zones import zone_of
from serving.schemas.enforcement.cases import Ground, Jurisdiction
from serving.schemas.enforcement.plain_text import mark_hidden
from serving.schemas.enforcement.transparency import Automation

GROUND_WORDS: Final[Mapping[str, str]] = {
    "trademark": "a registered trade mark",
    "design": "a registered design",
    "copyright": "a copyright",
    "patent": "a patent",
}
DISPUTES_PAGE: Final = "https://digital-strategy.ec.europa.eu/en/policies/dsa-out-court-dispute-settlement"
OTHER_REDRESS: Final = (
    "You may also take the dispute to a certified body for settlement out of court (Art. 21; the bodies are listed at "
    f"{DISPUTES_PAGE}), or to a court at any time."
)
NOT_SOLELY_AUTOMATED: Final = "Complaints are decided by a person, not solely by automated means."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """A text for one side: a subject of one line, and paragraphs separated by an empty line."""

    subject: str
    body: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFacts:
    """What a text is made of. Days in texts are those of the country, and name its zone.

    `found_by_automation`: whether a check flagged the listings.

    `complaint_way` is how the reader of the text makes a complaint, and may be empty. `by_notice` says whether somebody
    gave notice of the listings; where not, the marketplace found them itself. `reason` is what was decided in words,
    and may be empty.
    """

    case_id: str
    product: str
    ground: Ground
    country: str
    jurisdiction: Jurisdiction
    listing_ids: Sequence[str]
    found_by_automation: bool = False
    automated_decision: Automation = "none"
    reason: str = ""
    complaint_way: str = ""
    by_notice: bool = True


def receipt_for_notifier(facts: NoticeFacts, received_at: datetime.datetime) -> NoticeText:
    """Give the confirmation of receipt of a notice (Art. 16(4))."""
    lines = [
        f"Your notice of {_day(facts, received_at)} was received and has the number {facts.case_id}.",
        _subject_of_case(facts),
        "You will be informed of the decision, the reason, and how it can be contested.",
    ]
    return NoticeText(subject=f"Notice received: {facts.case_id}", body=_paragraphs(lines))


def decision_for_notifier(facts: NoticeFacts, decided_at: datetime.datetime, *, upheld: bool) -> NoticeText:
    """Give the decision on a notice with the redress against it (Art. 16(5) and (6))."""
    outcome = (
        "The notice was upheld: the listings named in it are restricted."
        if upheld
        else "The notice was rejected: the listings named in it stay as they are."
    )
    lines = [
        f"Your notice {facts.case_id} was decided on {_day(facts, decided_at)}. {outcome}",
        _subject_of_case(facts),
    ]
    lines += [f"Reason: {facts.reason}"] if facts.reason else []
    lines += [_automation_text(facts), *_redress(facts, decided_at)]
    return NoticeText(subject=f"Notice {'upheld' if upheld else 'rejected'}: {facts.case_id}", body=_paragraphs(lines))


def decision_for_seller(
    facts: NoticeFacts, decided_at: datetime.datetime, *, scope: str, restriction: str, legal_ground: str
) -> NoticeText:
    """Give the statement of reasons that Art. 17(3) asks for: restriction, scope, facts, automation, ground, redress.

    `scope` names the territory, `restriction` what was done and for how long, `legal_ground` the rule relied on.
    """
    lines = [
        f"A decision of {_day(facts, decided_at)} in case {facts.case_id} restricts what you offer. "
        f"{_subject_of_case(facts)}",
        f"Restriction: {restriction} Territory: {scope}.",
        f"Facts: {_source_text(facts)} {facts.reason}".strip(),
        f"Ground: {legal_ground}",
        _automation_text(facts),
        *_redress(facts, decided_at),
    ]
    return NoticeText(subject=f"Listings restricted: {facts.case_id}", body=_paragraphs(lines))


def forwarded_notice_for_seller(facts: NoticeFacts, forwarded_at: datetime.datetime) -> NoticeText:
    """Give the notice that is forwarded to a seller in China, with what a declaration needs (Art. 42 and 43)."""
    lines = [
        f"A notice of infringement against your listings was forwarded to you on {_day(facts, forwarded_at)}: case "
        f"{facts.case_id}. {_subject_of_case(facts)}",
        f"The notice was upheld, and the listings were taken down. {facts.reason}".strip(),
        "You may answer with a declaration that there is no infringement. It must contain your true identity and "
        "prima facie evidence that there is none (E-Commerce Law, Art. 43).",
        f"A declaration is forwarded to the rights holder, who may complain to the authority or sue within "
        f"{HOLDER_DAYS} days of receiving it. If neither is notified in that time, the measures are ended.",
    ]
    return NoticeText(subject=f"Notice of infringement: {facts.case_id}", body=_paragraphs(lines))


def answer_examined_for_seller(facts: NoticeFacts, decided_at: datetime.datetime) -> NoticeText:
    """Tell a seller that its answer did not change the decision, with the reason and the redress."""
    lines = [
        f"Your answer in case {facts.case_id} was examined on {_day(facts, decided_at)}. The decision stays: the "
        f"listings remain restricted. {_right_of_case(facts)}",
    ]
    lines += [f"Reason: {facts.reason}"] if facts.reason else []
    return NoticeText(
        subject=f"The decision stays: {facts.case_id}", body=_paragraphs([*lines, *_redress(facts, decided_at)])
    )


def action_for_seller(facts: NoticeFacts, acted_at: datetime.datetime) -> NoticeText:
    """Tell a seller that the right holder complained to an authority or sued after its declaration."""
    lines = [
        f"The right holder gave notice on {_day(facts, acted_at)} of a complaint to an authority or of a suit about "
        f"case {facts.case_id}. The listings remain restricted until that is decided. {_right_of_case(facts)}",
    ]
    lines += [f"In its words: {facts.reason}"] if facts.reason else []
    return NoticeText(subject=f"The right holder acts: {facts.case_id}", body=_paragraphs(lines))


def declaration_for_notifier(facts: NoticeFacts, reached_at: datetime.datetime, until: datetime.datetime) -> NoticeText:
    """Give the seller's declaration that is forwarded to the rights holder in China (Art. 43)."""
    lines = [
        f"The seller answered notice {facts.case_id} with a declaration that there is no infringement. It reached you "
        f"on {_day(facts, reached_at)}.",
        "You may complain to the authority or sue, and must notify us of it by "
        f"{_last_day(facts, until)}, {HOLDER_DAYS} days after the declaration reached you. Without that the measures "
        "are ended (E-Commerce Law, Art. 43).",
    ]
    return NoticeText(subject=f"Declaration of the seller: {facts.case_id}", body=_paragraphs(lines))


def no_holder_for_seller(facts: NoticeFacts, answered_at: datetime.datetime) -> NoticeText:
    """Tell a seller in China that its declaration could be sent to no right holder: no days run (Art. 43)."""
    why = "Who gave the notice is not registered here any more" if facts.by_notice else "There was no notice"
    lines = [
        f"Your answer in case {facts.case_id} was received on {_day(facts, answered_at)}. {why}, and no right holder "
        "of the product is registered here to whom the answer could be sent. "
        f"The {HOLDER_DAYS} days of the E-Commerce Law, Art. 43, have therefore not begun; the marketplace decides.",
        _right_of_case(facts),
    ]
    return NoticeText(subject=f"Answer received: {facts.case_id}", body=_paragraphs(lines))


def _subject_of_case(facts: NoticeFacts) -> str:
    listings = ", ".join(map(mark_hidden, facts.listing_ids))
    return f"{_right_of_case(facts)} Listings: {listings or 'none named'}."


def _right_of_case(facts: NoticeFacts) -> str:
    """Say what a case is about without its listings: all of its sellers read it."""
    return f"It concerns {facts.product} and {GROUND_WORDS[facts.ground]}."


def _automation_text(facts: NoticeFacts) -> str:
    """Tell the use of automated means, for finding and for deciding apart (Art. 16(6) and 17(3)(c))."""
    found = (
        "The listings were found by automated means, which compare their photos."
        if facts.found_by_automation
        else "The listings were not found by automated means."
    )
    decided = {
        "none": "The decision was taken by a person without automated means.",
        "partly": "The decision was taken by a person who saw the result of automated means.",
        "fully": "The decision was taken by automated means.",
    }
    return f"{found} {decided[facts.automated_decision]}"


def _source_text(facts: NoticeFacts) -> str:
    """Tell whether a notice led to the decision or the marketplace's own investigation (Art. 17(3)(b))."""
    infringe = f"infringe {GROUND_WORDS[facts.ground]}"
    if facts.by_notice:
        return f"the rights holder or its representative gave notice that the listings {infringe}; it was upheld."
    return f"the marketplace found on its own initiative that the listings {infringe}; the finding was upheld."


def _redress(facts: NoticeFacts, informed_at: datetime.datetime) -> list[str]:
    if facts.jurisdiction == "EU":
        last_day = _last_day(facts, complaint_window(informed_at, facts.country).at)
        where = f" {facts.complaint_way}" if facts.complaint_way else ""
        return [
            f"You may complain free of charge until {last_day}{where} (Digital Services Act, Art. 20). "
            f"{NOT_SOLELY_AUTOMATED}",
            OTHER_REDRESS,
        ]
    if facts.jurisdiction == "CN":
        return [
            "You may complain to the authority in charge of intellectual property, or sue before a people's court "
            "(E-Commerce Law, Art. 42 to 45)."
        ]
    return ["You may object in writing to the operator of this marketplace, or go to a court."]


def _last_day(facts: NoticeFacts, end: datetime.datetime) -> str:
    """Give the last day of a period that ends at a local midnight."""
    return _day(facts, end - datetime.timedelta(seconds=1))


def _day(facts: NoticeFacts, moment: datetime.datetime) -> str:
    """Give the day of a moment where the case is, with the zone."""
    zone = zone_of(facts.country)
    return f"{moment.astimezone(zone):%Y-%m-%d} ({zone.key})"


def _paragraphs(lines: Sequence[str]) -> str:
    return "\n\n".join(line for line in lines if line)
