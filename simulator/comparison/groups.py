"""Working groups: what is shared, how often it matched, and what each question was answered."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.api import Api
from simulator.comparison.figures import Comparison
from simulator.truth.events import MemberJoined
from simulator.truth.groups import TrueBank
from simulator.truth.ledger import Ledger


async def compare_groups(
    comparison: Comparison, operator: Api, ledger: Ledger, members: Mapping[str, MemberJoined]
) -> None:
    """Compare every group's items in force, and the answers that its members got during the year."""
    for group in (await operator.get("/v1/groups"))["groups"]:
        where, bank = f"groups: {group['name']}", TrueBank(ledger, group["group_id"], members)
        items = await operator.list_all(f"/v1/groups/{group['group_id']}/items", "items", limit=200)
        comparison.equal_items(
            f"{where}, matches",
            truth=bank.matches,
            answered={(item["member_id"], item["check_id"]): item["matches"] for item in items},
        )
        for asked, names in bank.answers:
            comparison.equal(
                f"{where}, {asked.member_id} on {asked.seller_id} at {asked.at}",
                truth=names,
                answered=sorted(asked.answered),
            )
