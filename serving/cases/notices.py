"""Which side is informed of what by a move, in the texts of `notice_texts`."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Sequence
from typing import Final

from serving.cases import notice_texts
from serving.cases.clocks.periods import jurisdiction_of
from serving.cases.decision_policy import DecisionPolicy, ground_words, territory_of, territory_words
from serving.cases.notice_texts import NoticeFacts, NoticeText
from serving.cases.seller_shares import SellerShare, shares_of
from serving.schemas.enforcement.cases import CaseState, NoticeKind, NoticeRecipient
from serving.schemas.enforcement.transparency import Automation
from serving.store.cases.case_values import NewCase, NewNotice, NewTimer, StoredCase, is_found_by_automation

LISTINGS_NAMED: Final = 20  # in a text; the case has all of them
DEFAULT_POLICY: Final = DecisionPolicy()
RESTRICTION: Final = "The listings were taken down, until the case is decided otherwise."


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SellerLink:
    """A link by which a seller reads its notice and answers, without a key; its token is kept as a hash alone."""

    token_sha256: str
    expires_at: datetime.datetime


def receipts(
    new: NewCase, case_id: str, received_at: datetime.datetime, product: str, listing_names: Sequence[str]
) -> tuple[NewNotice, ...]:
    """Confirm the receipt of a notice to the member that gave it."""
    if new.member_id is None:
        return ()
    facts = NoticeFacts(
        case_id=case_id,
        product=product,
        ground=new.ground,
        country=new.country,
        jurisdiction=jurisdiction_of(new.country),
        listing_ids=listing_names[:LISTINGS_NAMED],
    )
    return (_notice("notifier", "receipt", notice_texts.receipt_for_notifier(facts, received_at)),)


def questions(case: StoredCase, question: str) -> tuple[NewNotice, ...]:
    """Ask the notifier something."""
    text = NoticeText(
        subject=f"Question about case {case.case_id}",
        body=f"{question}\n\nThe time for a decision stands still until you answer.",
    )
    return _to_notifier(case, "question", text)


def notices_of_move(
    case: StoredCase,
    to: CaseState,
    reason: str,
    at: datetime.datetime,
    *,
    links: Sequence[SellerLink] = (),
    timers: Sequence[NewTimer] = (),
    reached_at: datetime.datetime | None = None,
    policy: DecisionPolicy = DEFAULT_POLICY,
) -> tuple[NewNotice, ...]:
    """Inform the sides of a move: `timers` are those that it starts, and `links` those of the case's `shares_of`.

    `reached_at` is when a declaration reached the right holder, None: with the move.
    """
    facts = _with_way(facts_of(case, reason), "notifier", policy)
    if to in ("upheld", "rejected"):
        text = notice_texts.decision_for_notifier(facts, at, upheld=to == "upheld")
        answered = case.state == "counter_notice"
        of_seller = (
            _notice(
                "seller", "decision", notice_texts.answer_examined_for_seller(_with_way(facts, "seller", policy), at)
            ),
        )
        return (*_to_notifier(case, "decision", text), *(of_seller if answered else ()))
    if to == "holder_acted":
        return (_notice("seller", "decision", notice_texts.action_for_seller(facts, at)),)
    if to == "forwarded":
        shares = shares_of(case)
        return tuple(
            _forwarded(case, _with_way(_facts_for(case, share, reason), "seller", policy), at, share, link, policy)
            for share, link in zip(shares, links or itertools.repeat(None, len(shares)), strict=True)
        )
    if to == "counter_notice":
        if case.jurisdiction == "CN" and not case.has_holder and not timers:
            kept = _to_notifier(case, "declaration", _declaration(case, facts, reached_at or at, timers))
            return (*kept, _notice("seller", "declaration", notice_texts.no_holder_for_seller(facts, at)))
        return _to_holder(case, "declaration", _declaration(case, facts, reached_at or at, timers))
    if to in ("reinstated", "closed"):
        text = _ending(case, to, reason)
        return (*_to_holder(case, to, text), _notice("seller", to, text))
    return ()


def further_answers(case: StoredCase, words: str, photos: int) -> tuple[NewNotice, ...]:
    """Send the right holder what a seller adds to an answer, or what another seller of the case answers."""
    text = NoticeText(
        subject=f"Another answer of a seller: {case.case_id}",
        body=f"A seller answered in case {case.case_id}, which has an answer already, with {photos} photos. Times that "
        f"run go on.\n\nThe seller's words: {words}",
    )
    return _to_holder(case, "declaration", text)


def facts_of(case: StoredCase, reason: str = "") -> NoticeFacts:
    """Give what the texts about a case are made of."""
    return NoticeFacts(
        case_id=case.case_id,
        product=case.product,
        ground=case.ground,
        country=case.country,
        jurisdiction=case.jurisdiction,
        listing_ids=case.listing_names[:LISTINGS_NAMED],
        by_notice=case.member_id is not None,
        found_by_automation=is_found_by_automation(case.opened_by, case.check_outcomes),
        automated_decision=_automation_of(case.check_outcomes),
        reason=reason,
    )


def _facts_for(case: StoredCase, share: SellerShare, reason: str) -> NoticeFacts:
    """Give what a seller's notice is made of: its own listings, why they were taken down, and what was added since."""
    outcomes = [case.check_outcomes[position] for position in share.positions]
    return dataclasses.replace(
        facts_of(case),
        listing_ids=share.listing_names[:LISTINGS_NAMED],
        found_by_automation=is_found_by_automation(case.opened_by, outcomes),
        automated_decision=_automation_of(outcomes),
        reason=" ".join(dict.fromkeys(words for words in (case.decision_reason, reason) if words)),
    )


def _with_way(facts: NoticeFacts, reader: NoticeRecipient, policy: DecisionPolicy) -> NoticeFacts:
    """Add how the reader makes a complaint; the link's token is in no text, since it is kept as a hash alone."""
    way = "by the link to your notice" if reader == "seller" else f"in case {facts.case_id}, with your key"
    elsewhere = f", or at {policy.complaints_url}" if policy.complaints_url else ""
    return dataclasses.replace(facts, complaint_way=way + elsewhere)


def _automation_of(check_outcomes: Sequence[str | None]) -> Automation:
    return "partly" if any(outcome is not None for outcome in check_outcomes) else "none"


def _forwarded(
    case: StoredCase,
    facts: NoticeFacts,
    at: datetime.datetime,
    share: SellerShare,
    link: SellerLink | None,
    policy: DecisionPolicy,
) -> NewNotice:
    if case.jurisdiction == "CN":
        text = notice_texts.forwarded_notice_for_seller(facts, at)
    else:
        text = notice_texts.decision_for_seller(
            facts,
            at,
            scope=territory_words(territory_of(case.country, policy.scope)),
            restriction=RESTRICTION,
            legal_ground=ground_words(case.ground, case.country, case.jurisdiction, policy),
        )
    statement = f"\n\nThe notice, in the words of who gave it: {case.statement}" if case.statement else ""
    notice = _notice("seller", "forwarded", dataclasses.replace(text, body=text.body + statement))
    notice = dataclasses.replace(notice, positions=share.positions)
    if link is None:
        return notice
    return dataclasses.replace(notice, token_sha256=link.token_sha256, expires_at=link.expires_at)


def _declaration(
    case: StoredCase, facts: NoticeFacts, reached_at: datetime.datetime, timers: Sequence[NewTimer]
) -> NoticeText:
    until = next((one.fires_at for one in timers if one.kind == "declaration_wait_over"), None)
    if until is not None:
        text = notice_texts.declaration_for_notifier(facts, reached_at, until)
    else:
        text = NoticeText(
            subject=f"Objection of the seller: {case.case_id}",
            body=f"The seller objects to the decision in case {case.case_id}. A person decides on the objection.",
        )
    words = f"\n\nThe seller's words: {facts.reason}" if facts.reason else ""
    return dataclasses.replace(text, body=text.body + words)


def _ending(case: StoredCase, to: CaseState, reason: str) -> NoticeText:
    outcome = "The listings are back." if to == "reinstated" else "Nothing more is done in it."
    why = f" Reason: {reason}" if reason else ""
    return NoticeText(subject=f"Case {case.case_id} {to}", body=f"Case {case.case_id} was {to}. {outcome}{why}")


def _to_holder(case: StoredCase, kind: NoticeKind, text: NoticeText) -> tuple[NewNotice, ...]:
    """Address who notified, as the right holder, or the member that owns the product where no notifier is there.

    Where none is there at all, what is addressed to a notifier that was removed is kept for the operator to hand on.
    """
    if not case.has_notifier and case.owner_id is not None:
        return (_notice("holder", kind, text),)
    return _to_notifier(case, kind, text)


def _to_notifier(case: StoredCase, kind: NoticeKind, text: NoticeText) -> tuple[NewNotice, ...]:
    return () if case.member_id is None else (_notice("notifier", kind, text),)


def _notice(recipient: NoticeRecipient, kind: NoticeKind, text: NoticeText) -> NewNotice:
    return NewNotice(recipient=recipient, kind=kind, body={"subject": text.subject, "text": text.body})
