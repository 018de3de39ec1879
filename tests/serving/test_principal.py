"""Who calls, and what they see."""

from __future__ import annotations

import pytest

from serving.principal import SERVER, Principal


def test_the_operator_sees_every_product() -> None:
    assert SERVER.sees("any product")


def test_a_member_sees_its_own_products_alone() -> None:
    member = Principal(name="k1", rate_key="k1", member_id="m1", products=frozenset({"dryer"}))
    assert member.sees("dryer")
    assert not member.sees("toaster")


@pytest.mark.parametrize(("member_id", "products"), [("m1", None), (None, frozenset({"dryer"}))])
def test_a_member_without_a_list_of_products_is_refused(member_id: str | None, products: frozenset[str] | None) -> None:
    with pytest.raises(ValueError, match="a member has products"):
        Principal(name="k1", rate_key="k1", member_id=member_id, products=products)
