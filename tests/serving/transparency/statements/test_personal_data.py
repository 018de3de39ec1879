from __future__ import annotations

import pytest

from serving.transparency.statements.personal_data import find_personal_data

KNOWN = {"Seller-77": "a seller's id", "Zoë Braun": "the notifier's name", "li": "a seller's id"}
FOUND = [
    ("write to bob@example.com", "an e-mail address"),
    ("write to bob (at) example (dot) com", "an e-mail address"),
    ("ｂｏｂ＠ｅｘａｍｐｌｅ．ｃｏｍ", "an e-mail address"),
    ("bo\u200bb@exam\u00adple.com", "an e-mail address"),
    ("call +49 30 1234-5678", "a telephone number"),
    ("call (030) 12345678", "a telephone number"),
    ("电话 １３８００１３８０００", "a telephone number"),
    ("IBAN DE89 3704 0044 0532 0130 00", "an account number"),
    ("WeChat: fake88", "an account of a messenger"),
    ("微信号 shop_1234", "an account of a messenger"),
    ("ask @best.fakes", "an account of a messenger"),
    ("from 203.0.113.9", "an internet address"),
    ("from 2001:db8:0:0:0:0:0:1", "an internet address"),
    ("see https://shop.example/1", "a web address"),
    ("sold by SELLER-77.", "a seller's id"),
    ("sold by S\u202eeller\u202c-77", "a seller's id"),
    ("reported by Zoe\u0308 Braun", "the notifier's name"),
    ("reported by ZOË BRAUN", "the notifier's name"),
]
CLEAN = [
    "",
    "Regulation (EU) 2017/1001 of 14 June 2017, Directive 2001/29/EC, Regulation (EC) No 6/2002",
    "decided on 2026-03-09 at 2026-03-09T08:30:00Z",
    "price 199.00, 3 of 10,000 pieces, 5 % off",
    "the word mark is 2.5 mm too wide",
    "Sellers-777 and reseller-77x are others",  # no whole word is a known id
    "limited to three",  # too short to be looked for
    "an airline: none; the signal was weak",
]


@pytest.mark.parametrize(("text", "kind"), FOUND)
def test_personal_data_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert [found.kind for found in find_personal_data(text, KNOWN)] == [kind]


@pytest.mark.parametrize("text", CLEAN)
def test_ordinary_words_and_laws_are_none(text: str) -> None:
    assert find_personal_data(text, KNOWN) == []
