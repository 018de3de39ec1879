"""Statements of reasons: for which listing, with which fields, how many, and that each was made soon."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence

from simulator.api import Api, Json
from simulator.comparison.figures import Comparison
from simulator.truth.cases import TrueCase
from simulator.truth.events import MemberJoined
from simulator.truth.statements import TrueStatement

PATH = "/v1/statements-of-reasons"
SOON = datetime.timedelta(hours=12)  # the simulated server makes what is missing as often


async def compare_statements(
    comparison: Comparison,
    operator: Api,
    truth: Sequence[TrueStatement],
    cases: Sequence[TrueCase],
    members: Mapping[str, MemberJoined],
) -> None:
    """Compare every statement, the counts and filtered lists, the CSV and the export; all are the operator's.

    The export comes first: it makes those of the last hours, which the list shows once they were made.
    """
    puids = sorted(statement.puid for statement in truth)
    lines = (await operator.send("GET", f"{PATH}/export")).text.splitlines()
    comparison.equal("statements: export", truth=puids, answered=sorted(json.loads(line)["puid"] for line in lines))
    found = await operator.list_all(PATH, "statements", limit=500)
    by_puid = {str(one["statement"]["puid"]): one for one in found}
    comparison.equal("statements: list", truth=puids, answered=sorted(one["statement"]["puid"] for one in found))
    for statement in truth:
        if statement.puid in by_puid:
            _compare_one(comparison, statement, by_puid[statement.puid], members)
    page = await operator.get(PATH, limit=1)
    waiting = {"waiting": len(truth)} if truth else {}
    comparison.equal_items("statements: counts", truth=waiting, answered=page["counts"])
    await _compare_lists(comparison, operator, truth, cases)
    rows = await operator.csv(f"{PATH}.csv")
    comparison.equal(
        "statements: CSV",
        truth=sorted((one.case.opened.case_id, str(one.position), "waiting") for one in truth),
        answered=sorted((row["case_id"], row["position"], row["state"]) for row in rows),
    )


def _compare_one(
    comparison: Comparison, truth: TrueStatement, answered: Json, members: Mapping[str, MemberJoined]
) -> None:
    where, stated = f"statements: {truth.puid}", answered["statement"]
    comparison.equal_items(where, truth=truth.fields, answered={name: stated.get(name) for name in truth.fields})
    opened = truth.case.opened
    place = (answered["case_id"], answered["position"], answered["state"])
    comparison.equal(f"{where}, place", truth=(opened.case_id, truth.position, "waiting"), answered=place)
    waited = datetime.datetime.fromisoformat(answered["created_at"]) - truth.decided_at
    comparison.equal(f"{where}, made soon", truth=True, answered=datetime.timedelta() <= waited <= SOON)
    names = [truth.listing.listing_id, truth.listing.seller_id]
    names += [] if opened.member_id is None else [members[opened.member_id].name]
    text = json.dumps(stated)
    comparison.equal(f"{where}, names nobody", truth=[], answered=[name for name in names if name in text])


async def _compare_lists(
    comparison: Comparison, operator: Api, truth: Sequence[TrueStatement], cases: Sequence[TrueCase]
) -> None:
    for state in ("waiting", "sent", "refused"):
        listed = await operator.list_all(PATH, "statements", state=state, limit=500)
        expected = len(truth) if state == "waiting" else 0
        comparison.equal(f"statements: list, {state}", truth=expected, answered=len(listed))
    of_case: dict[str, list[str]] = {}
    for statement in truth:
        of_case.setdefault(statement.case.opened.case_id, []).append(statement.puid)
    for case in cases:
        if not any(move.to == "upheld" for move in case.moves):
            continue
        case_id = case.opened.case_id
        listed = await operator.list_all(PATH, "statements", case_id=case_id, limit=500)
        comparison.equal(
            f"statements: list of case {case_id}",
            truth=sorted(of_case.get(case_id, [])),
            answered=sorted(one["statement"]["puid"] for one in listed),
        )
