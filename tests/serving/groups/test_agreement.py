from __future__ import annotations

import pytest

from serving.errors import CheckNotConfirmed, GroupAgreementOutdated, GroupKindNotAgreed, GroupProductForeign
from serving.groups.agreement import (
    kinds_to_ask,
    require_agreeable,
    require_confirmed,
    require_current,
    require_shared,
)
from serving.schemas.enforcement.groups import AgreementSent, Share, SharedKind

SHARES = [Share(kind="photo_hash", product="a"), Share(kind="seller_id", product="b")]


def test_the_latest_terms_and_own_products_can_be_agreed_to() -> None:
    sent = AgreementSent(terms_version=2, shares=SHARES, asks=[])
    require_agreeable(sent, 2, {"a", "b", "c"})
    with pytest.raises(GroupAgreementOutdated, match="version 3"):
        require_agreeable(sent, 3, {"a", "b"})
    with pytest.raises(GroupProductForeign, match="'b'"):
        require_agreeable(sent, 2, {"a"})
    require_current(3, 3)


@pytest.mark.parametrize(
    ("kinds", "product", "is_agreed"),
    [
        (["photo_hash"], "a", True),
        (["photo_hash"], "b", False),
        (["seller_id"], "b", True),
        (["photo_hash", "seller_id"], "a", False),
        (["embedding"], "c", False),
    ],
)
def test_a_kind_is_agreed_for_its_product_alone(kinds: list[SharedKind], product: str, is_agreed: bool) -> None:
    if is_agreed:
        require_shared(kinds, product, SHARES)
    else:
        with pytest.raises(GroupKindNotAgreed):
            require_shared(kinds, product, SHARES)


def test_a_question_without_kinds_is_about_all_that_may_be_asked() -> None:
    assert kinds_to_ask(None, ["seller_id", "embedding"]) == ["embedding", "seller_id"]
    assert kinds_to_ask(["seller_id"], ["seller_id", "embedding"]) == ["seller_id"]
    for wanted, asks in ((["photo_hash"], ["seller_id"]), (None, []), ([], [])):
        with pytest.raises(GroupKindNotAgreed):
            kinds_to_ask(wanted, asks)  # type: ignore[arg-type]


def test_a_check_that_nothing_confirms_is_refused() -> None:
    require_confirmed({"review"}, "c")
    with pytest.raises(CheckNotConfirmed, match="check c "):
        require_confirmed(set(), "c")
