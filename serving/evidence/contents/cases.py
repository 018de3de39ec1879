"""The sections of a case: what it is about, its moves with who, when and why, and the checks of its listings."""

from __future__ import annotations

import json

from serving.clock import utc_now
from serving.evidence.contents.checks import add_checks
from serving.evidence.contents.sections import Block, Facts, Gathering, Grid, Section, Text
from serving.evidence.contents.sources import Sources
from serving.principal import Principal
from serving.schemas.enforcement.cases import Case, CaseListing


async def add_case(
    gathering: Gathering, sources: Sources, principal: Principal, case_id: str, *, max_checks: int
) -> Case:
    """Add a case with the checks of its listings; raises CaseNotFound."""
    case = await sources.store.case_rows.find(principal, case_id, utc_now())
    gathering.objects.append(("case", case.case_id))
    gathering.write_json("case/case.json", json.loads(case.model_dump_json(exclude={"allowed_moves"})))
    blocks: list[Block] = [_facts(case), *_statement(case), _listings(case), _moves(case), *_notices(case)]
    gathering.sections.append(Section(title=f"Case {case.case_id}", blocks=tuple(blocks)))
    check_ids = list(dict.fromkeys(one.check_id for one in case.listings if one.check_id is not None))
    await add_checks(gathering, sources, principal, check_ids, max_checks=max_checks)
    return case


def _facts(case: Case) -> Facts:
    decided = case.decided_at or "not yet"
    if case.decided_in_time is not None:
        decided += ", in time" if case.decided_in_time else ", late"
    return Facts(
        rows=(
            ("State", case.state),
            ("Received", case.created_at),
            ("Opened by", case.opened_by),
            ("Product", case.product),
            ("Right", case.ground),
            ("Country and rules", f"{case.country}, {case.jurisdiction}"),
            ("First decision due", case.due_at or "no clock runs"),
            ("First decision", decided),
            ("Reason", case.reason or "none given"),
        )
    )


def _statement(case: Case) -> list[Block]:
    if not case.statement:
        return []
    return [Text(text="Statement of the notifier", style="strong"), Text(text=case.statement)]


def _listings(case: Case) -> Block:
    return Grid(
        header=("Listing", "Seller", "Check", "Verdict when opened", "Asked"),
        rows=tuple(_listing(one) for one in case.listings),
        widths=(0.22, 0.18, 0.28, 0.18, 0.14),
    )


def _listing(one: CaseListing) -> tuple[str, ...]:
    verdict = one.check_outcome or "none"
    if one.check_authenticity is not None:
        verdict += f", {one.check_authenticity:.3f}"
    return (
        one.listing_id or one.url or "erased, or not sent",
        one.seller_id or "erased, or not sent",
        (one.check_id or "none") + (", deleted since" if one.check_deleted else ""),
        verdict,
        "" if one.value is None else f"{one.value.amount:.2f} {one.value.currency}",
    )


def _moves(case: Case) -> Block:
    return Grid(
        header=("When", "To", "By", "Why"),
        rows=tuple(
            (one.at, one.to_state, f"{one.actor}, {one.actor_name}", one.reason or one.reason_code or "")
            for one in case.moves
        ),
        widths=(0.22, 0.16, 0.22, 0.4),
    )


def _notices(case: Case) -> list[Block]:
    if not case.notices:
        return []
    rows = tuple((one.at, f"{one.recipient}: {one.kind}", one.text) for one in case.notices)
    return [
        Text(text="What the sides were informed of", style="strong"),
        Grid(header=("When", "To whom, what", "Words"), rows=rows, widths=(0.2, 0.2, 0.6)),
    ]
