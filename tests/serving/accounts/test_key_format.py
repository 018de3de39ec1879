"""How keys look."""

from __future__ import annotations

import re

import pytest

from serving.accounts.key_format import hash_token, key_id_of, make_secret, shown_prefix

SCANNED_FOR = re.compile(r"touchstone_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}")  # as docs/accounts.md gives it


def test_a_key_is_found_in_text_by_the_documented_pattern() -> None:
    made = make_secret()
    text = f'curl -H "Authorization: Bearer {made.token}" https://example.org'
    assert SCANNED_FOR.findall(text) == [made.token]
    assert made.token.startswith(shown_prefix(made.key_id) + "_")


def test_two_keys_share_neither_id_nor_secret() -> None:
    made = [make_secret() for _ in range(100)]
    assert len({one.key_id for one in made}) == 100
    assert len({one.token.split("_")[2] for one in made}) == 100


def test_the_id_of_a_whole_key_is_read_and_of_no_other() -> None:
    made = make_secret()
    assert key_id_of(made.token) == made.key_id
    swapped = made.token[:-1] + ("0" if made.token[-1] != "0" else "1")
    for wrong in (made.token[:-1], made.token[1:], made.token + "0", swapped, made.token.upper(), "", "ÿ" * 73):
        assert key_id_of(wrong) is None


def test_the_checksum_is_a_crc_32_in_base_62() -> None:
    """Worked by hand: the CRC-32 of all before it is 0xb1ffe965, which is 3G6N6b in the digits 0-9, A-Z, a-z."""
    unsigned = "touchstone_" + "A" * 12 + "_" + "0" * 43
    assert key_id_of(unsigned + "3G6N6b") == "A" * 12


def test_a_token_is_kept_as_its_sha256() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.mark.parametrize("token", ["\udcff", "a" * 100_000])
def test_any_header_can_be_hashed(token: str) -> None:
    assert len(hash_token(token)) == 64
