from __future__ import annotations

import pytest
from pydantic import JsonValue

from serving.audit_log.canonical_json import canonical_json, sha256_of


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be() -> None:
    value: JsonValue = {"b": [1, True, None], "a": 'é "\n/'}
    assert canonical_json(value) == '{"a":"é \\"\\n/","b":[1,true,null]}'


def test_the_hash_is_that_of_the_text_in_utf_8() -> None:
    # printf '{"a":"\xc3\xa9"}' | sha256sum
    assert sha256_of({"a": "é"}) == "b3a092a6af48807fa9482b2ee140105575daa26d5b24b3c0e60a7e2dee6683b1"


@pytest.mark.parametrize("value", [0.5, [1.0], {"a": {"b": 1e3}}, {"ключ": 1}])
def test_what_languages_write_differently_is_refused(value: JsonValue) -> None:
    with pytest.raises(ValueError, match=r"fraction|ASCII"):
        canonical_json(value)


def test_half_a_surrogate_pair_has_a_hash() -> None:
    assert sha256_of("\ud800") != sha256_of("\udfff")
