from __future__ import annotations

import pytest
from pydantic import ValidationError

from serving.schemas.enforcement.groups import CONFIRMATIONS, AgreementSent, GroupQuestion, WithdrawalOfItems


def test_kinds_are_sorted_and_each_is_there_once() -> None:
    sent = AgreementSent(terms_version=1, shares=[], asks=["seller_id", "embedding", "seller_id"])
    assert sent.asks == ["embedding", "seller_id"]


@pytest.mark.parametrize("sent", [{}, {"item_id": "a", "check_id": "b"}, {"item_id": "a", "everything": True}])
def test_a_withdrawal_names_one_thing(sent: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="name one of"):
        WithdrawalOfItems.model_validate(sent)


def test_a_question_is_about_one_thing() -> None:
    assert GroupQuestion(seller_id="s", contacts=["a@b.c"]).kinds is None
    for sent in ({}, {"photo": "x", "seller_id": "s"}, {"check_id": "c", "contacts": ["x"]}):
        with pytest.raises(ValidationError, match="send one of"):
            GroupQuestion.model_validate(sent)


def test_the_strongest_confirmation_is_first() -> None:
    assert CONFIRMATIONS == ("test_buy", "case", "review")
