from __future__ import annotations

import hashlib
import json

import pytest

from serving.audit_log.entry import FIRST_PREVIOUS, as_json, new_entry, seal
from serving.audit_log.source import current_source
from serving.principal import Principal
from tests.serving.audit_log.entries import MARA, make_chain

ACME = Principal(name="key-2", rate_key="key-2", member_id="acme", products=frozenset({"mug"}))


def test_the_hash_is_that_of_the_content_which_has_the_hash_before() -> None:
    first, second = make_chain(2)
    assert hashlib.sha256(second.content.encode()).hexdigest() == second.hash
    assert json.loads(first.content)["previous_hash"] == FIRST_PREVIOUS
    assert json.loads(second.content)["previous_hash"] == first.hash


def test_an_entry_says_who_did_what_to_which_object_and_from_where() -> None:
    token = current_source.set(("192.0.2.7", "r-1"))
    entry = new_entry(
        MARA, "review.recorded", "check", "c-1", {"decision": "genuine"}, private={"user": "Mara", "x": None}
    )
    current_source.reset(token)
    shown = as_json(seal(entry, 7, "a" * 64))
    assert (shown["sequence"], shown["action"]) == (7, "review.recorded")
    assert shown["actor"] == {"name": "key-1", "key_id": "k-1", "user_id": None, "member_id": None}
    assert shown["object"] == {"kind": "check", "id": "c-1"}
    assert shown["details"] == {"decision": "genuine"}
    private = shown["private"]
    assert isinstance(private, dict)
    assert private["values"] == {"address": "192.0.2.7", "request_id": "r-1", "user": "Mara"}


def test_what_names_a_person_is_hashed_with_a_salt_of_its_own_and_is_no_part_of_the_content() -> None:
    entry = new_entry(MARA, "review.recorded", "check", "c-1", private={"user": "Mara"})
    one, again = seal(entry, 1, FIRST_PREVIOUS), seal(entry, 1, FIRST_PREVIOUS)
    assert "Mara" not in one.content
    assert json.loads(one.content)["private_sha256"] != json.loads(again.content)["private_sha256"]


@pytest.mark.parametrize(
    ("principal", "concerned", "expected"),
    [(ACME, None, "acme"), (MARA, "acme", "acme"), (MARA, None, None), (ACME, "other", "acme")],
)
def test_an_entry_belongs_to_the_member_that_acted_or_that_the_operator_changed(
    principal: Principal, concerned: str | None, expected: str | None
) -> None:
    assert new_entry(principal, "key.revoked", "key", "k", member_id=concerned).member_id == expected
