from __future__ import annotations

from typing import Any

import pytest

from serving.sellers.contacts import MAX_TEXTS, find_texts


def contacts(attributes: dict[str, Any]) -> set[str]:
    return {value.text for value in find_texts(attributes) if value.kind in ("contact", "address")}


@pytest.mark.parametrize(
    "attributes",
    [
        {"phone": "+86 138 0013 8000"},
        {"phone": "0086-138-0013-8000"},
        {"contact": "13800138000"},
        {"mobile": 13800138000},
        {"description": "Call +86 (138) 0013-8000 now"},
        {"description": "WhatsApp: +8613800138000"},
        {"description": "电话：138 0013 8000"},
        {"description": "https://wa.me/8613800138000"},
        {"phone": "+８６ １３８ ００１３ ８０００"},
        {"phone": "+86\u200b138\u20600013\u200e8000"},
        {"seller": {"channels": [{"phone": "+86 138 0013 8000"}]}},
    ],
)
def test_one_number_in_many_spellings_is_one_contact(attributes: dict[str, Any]) -> None:
    assert "phone 800138000" in contacts(attributes)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"note": "Write to Big.Shop+sale@Example.com!"}, "email big.shop@example.com"),
        ({"note": "see https://www.Shop.example/Deals?from=x"}, "url shop.example/deals"),
        ({"note": "telegram: @Big_Shop"}, "handle big_shop"),
        ({"note": "t.me https://t.me/Big_Shop"}, "handle big_shop"),
        ({"wechat": "Big_Shop"}, "handle big_shop"),
        ({"note": "加微信：big_shop 看货"}, "handle big_shop"),
        ({"ship_from": "No. 5, Harbour Road, Unit 12"}, "address no 5 harbour road unit 12"),
    ],
)
def test_other_contacts_have_one_spelling_too(attributes: dict[str, Any], expected: str) -> None:
    assert expected in contacts(attributes)


@pytest.mark.parametrize(
    "attributes",
    [{"ean": "4006381333931"}, {"price": 13800138000}, {"sold_at": "2026-01-01 12:00:00"}, {"size": "120 x 80 x 40 mm"},
     {"flag": True}, {"a": None}],
)  # fmt: skip
def test_numbers_of_goods_are_no_contacts(attributes: dict[str, Any]) -> None:
    assert contacts(attributes) == set()


def test_a_whole_text_is_one_value_whatever_its_punctuation_and_a_price_is_none() -> None:
    text = "Original hair dryer, new in box. Ships today; ask for more photos!"
    [value] = find_texts({"description": text})
    [again] = find_texts({"about": text.upper().replace(",", " -")})
    assert (value.kind, value.text) == (again.kind, again.text)
    assert value.kind == "text"
    [colour] = find_texts({"colour": "Ruby Red", "price": "12.50", "currency": "EUR"})
    assert (colour.kind, colour.text) == ("attribute", "colour=ruby red")


def test_what_people_see_names_no_contact_in_full() -> None:
    found = find_texts({"phone": "+86 138 0013 8000", "mail": "someone@example.com", "wechat": "big_shop"})
    assert {value.shown for value in found} >= {"phone …000", "e-mail s…@example.com", "handle bi…"}
    assert all("13800" not in value.shown and "someone" not in value.shown for value in found)


def test_a_catalogue_of_fields_and_a_hostile_text_take_no_time_and_are_cut() -> None:
    assert len(find_texts({f"field {number}": f"value {number}" for number in range(500)})) == MAX_TEXTS
    hostile = {"a": "a" * 200_000, "b": "1" * 200_000, "c": "a@" * 100_000, "phone": "+1 " * 50_000}
    assert len(find_texts(hostile)) <= MAX_TEXTS
