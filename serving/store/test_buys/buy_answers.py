"""Test buys as they are answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from serving.schemas.checks import utc_text
from serving.schemas.enforcement.buys import Buy, BuyMove, BuyPhoto, BuyState, BuySummary, Finding
from serving.store.tables import BuyFindingRow, BuyMoveRow, BuyPhotoRow, BuyRow


def summary_of(row: BuyRow) -> BuySummary:
    """Give a test buy as lists have it."""
    return BuySummary(**_facts_of(row))


def buy_of(row: BuyRow, allowed_moves: Sequence[BuyState]) -> Buy:
    """Give a test buy with its moves, findings and photos."""
    return Buy(
        **_facts_of(row),
        checklist_version=row.checklist_version,
        findings=[finding_of(one) for one in row.findings],
        photos=[photo_of(one) for one in row.photos if one.stored],
        moves=[_move_of(one) for one in row.moves],
        allowed_moves=list(allowed_moves),
    )


def finding_of(row: BuyFindingRow) -> Finding:
    """Give what was found on a point."""
    return Finding.model_validate({"point_id": row.point_id, "result": row.result, "note": row.note})


def photo_of(row: BuyPhotoRow) -> BuyPhoto:
    """Give a photo of a purchase."""
    return BuyPhoto(index=row.position, sha256=row.sha256, point_id=row.point_id, added_at=utc_text(row.added_at))


def _facts_of(row: BuyRow) -> dict[str, Any]:
    return {
        "buy_id": row.buy_id,
        "plan_id": row.plan_id,
        "product": row.product,
        "check_id": row.check_id,
        "listing_id": row.listing_id,
        "seller_id": row.seller_id,
        "verdict": row.verdict,
        "authenticity": row.authenticity,
        "selection": row.selection,
        "stratum": row.stratum,
        "probability": row.probability,
        "worth": row.worth,
        "expected_cost": row.expected_cost,
        "cost": row.cost,
        "currency": row.plan.currency,
        "state": row.state,
        "version": row.version,
        "moved_at": utc_text(row.moved_at),
        "case_id": row.case_id,
    }


def _move_of(row: BuyMoveRow) -> BuyMove:
    return BuyMove.model_validate(
        {
            "sequence": row.sequence,
            "at": utc_text(row.at),
            "from_state": row.from_state,
            "to_state": row.to_state,
            "actor_name": row.actor_name,
            "by_member": row.actor_member_id is not None,
            "reason": row.reason,
        }
    )
