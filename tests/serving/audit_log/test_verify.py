from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from serving.audit_log.canonical_json import sha256_of
from serving.audit_log.verify import verify_lines
from tests.serving.audit_log.entries import as_dicts, lines_of, make_chain

Entries = list[dict[str, Any]]


def write_anew(entries: Entries, start: int) -> Entries:
    """What somebody does who can compute hashes: every entry from `start` on gets those that fit."""
    previous = entries[start - 1]["hash"]
    for entry in entries[start:]:
        entry["previous_hash"] = previous
        content = {name: value for name, value in entry.items() if name not in ("hash", "private")}
        previous = entry["hash"] = sha256_of(content)
    return entries


def test_an_untouched_file_holds() -> None:
    chain = make_chain(5)
    found = verify_lines(lines_of(as_dicts(chain)), head=chain[-1].hash)
    assert (found.entries, found.sequence, found.head, found.broken) == (5, 5, chain[-1].hash, None)
    assert found.private_deleted == 0


def test_an_empty_file_holds_and_has_no_head() -> None:
    assert verify_lines([]).broken is None
    assert verify_lines([], head="a" * 64).broken is not None


def test_a_deleted_private_part_leaves_the_chain_valid() -> None:
    entries = as_dicts(make_chain(3))
    entries[1]["private"] = None
    found = verify_lines(lines_of(entries))
    assert (found.broken, found.private_deleted) == (None, 1)


def change_details(entries: Entries) -> None:
    entries[2]["details"] = {"n": 30}


def change_details_and_hash(entries: Entries) -> None:
    entries[2]["details"] = {"n": 30}
    content = {name: value for name, value in entries[2].items() if name not in ("hash", "private")}
    entries[2]["hash"] = sha256_of(content)


def change_private(entries: Entries) -> None:
    entries[2]["private"]["values"]["user"] = "somebody else"


def add_private(entries: Entries) -> None:
    entries[2]["private"]["values"]["more"] = 1


def drop_salt(entries: Entries) -> None:
    entries[2]["private"] = {"values": {}}


def remove(entries: Entries) -> None:
    del entries[2]


def remove_two(entries: Entries) -> None:
    del entries[1:3]


def remove_first(entries: Entries) -> None:
    del entries[0]


def repeat(entries: Entries) -> None:
    entries.insert(2, entries[1])


def swap(entries: Entries) -> None:
    entries[1], entries[2] = entries[2], entries[1]


def insert_from_another_log(entries: Entries) -> None:
    entries[2] = as_dicts(make_chain(3))[2]


def add_a_field(entries: Entries) -> None:
    entries[2]["approved"] = True


def other_format(entries: Entries) -> None:
    entries[2]["format"] = 2


def fraction(entries: Entries) -> None:
    entries[2]["details"]["n"] = 3.0


def no_hash(entries: Entries) -> None:
    del entries[2]["hash"]


@pytest.mark.parametrize(
    ("tamper", "entries", "line", "reason"),
    [
        (change_details, 2, 3, "entry 3 was changed: its hash is not that of its content"),
        (change_details_and_hash, 3, 4, "entry 4 was made after another entry than entry 3 of this file"),
        (change_private, 2, 3, "the private part of entry 3 was changed"),
        (add_private, 2, 3, "the private part of entry 3 was changed"),
        (drop_salt, 2, 3, "the private part of entry 3 was changed"),
        (remove, 2, 3, "entry 3 is missing before entry 4"),
        (remove_two, 1, 2, "2 to 3 are missing before entry 4"),
        (remove_first, 0, 1, "entry 1 is missing before entry 2"),
        (repeat, 2, 3, "entry 2 stands after entry 2: it was moved or inserted"),
        (swap, 1, 2, "entry 2 is missing before entry 3"),
        (insert_from_another_log, 2, 3, "entry 3 was made after another entry than entry 2 of this file"),
        (add_a_field, 2, 3, "entry 3 was changed"),
        (other_format, 2, 3, "the entry has the format 2"),
        (fraction, 2, 3, "entry 3 was changed: 3.0 is a number with a fraction"),
        (no_hash, 2, 3, "lacks its sequence, its hash"),
    ],
)  # fmt: skip
def test_the_first_entry_that_does_not_hold_is_named(
    tamper: Callable[[Entries], None], entries: int, line: int, reason: str
) -> None:
    written = as_dicts(make_chain(5))
    tamper(written)
    found = verify_lines(lines_of(written))
    assert found.broken is not None
    assert (found.entries, found.broken.line) == (entries, line)
    assert reason in found.broken.reason


@pytest.mark.parametrize("line", ["", "nonsense", "[1]", "7", "[" * 100_000, '{"format": 1, "format": 1}', "\ud800"])
def test_a_line_that_is_no_entry_is_named(line: str) -> None:
    found = verify_lines([*lines_of(as_dicts(make_chain(1))), line])
    assert found.broken is not None
    assert (found.entries, found.broken.line) == (1, 2)


def test_a_name_that_comes_twice_is_refused_since_readers_see_either_value() -> None:
    line = lines_of(as_dicts(make_chain(1)))[0]
    found = verify_lines([line.replace('"actor":', '"actor": "somebody", "actor":')])
    assert found.broken is not None


def test_a_head_noted_earlier_shows_that_the_end_was_removed_or_that_all_was_written_anew() -> None:
    chain = make_chain(5)
    entries = as_dicts(chain)
    assert verify_lines(lines_of(entries[:4])).broken is None
    truncated = verify_lines(lines_of(entries[:4]), head=chain[-1].hash).broken
    assert truncated is not None
    assert "removed from the end" in truncated.reason
    forged = lines_of(write_anew(as_dicts(chain), 2))
    assert verify_lines(forged).broken is None
    assert verify_lines(forged, head=chain[-1].hash).broken is None
    entries[2]["details"] = {"n": 30}
    forged = lines_of(write_anew(entries, 2))
    assert verify_lines(forged).broken is None
    assert verify_lines(forged, head=chain[-1].hash).broken is not None


def test_a_later_part_holds_after_the_hash_of_the_entry_before_it() -> None:
    chain = make_chain(5)
    part = lines_of(as_dicts(chain[2:]))
    assert verify_lines(part).broken is not None
    assert verify_lines(part, after=chain[1].hash, head=chain[1].hash).broken is None
    broken = verify_lines(part, after=chain[0].hash).broken
    assert broken is not None
    assert "the one given by --after" in broken.reason


def test_of_a_selection_each_entry_must_hold_and_neighbours_must_follow_each_other() -> None:
    chain = make_chain(6)
    chosen = [as_dicts(chain)[index] for index in (1, 3, 4)]
    assert verify_lines(lines_of(chosen), selected=True).broken is None
    assert verify_lines(lines_of([chosen[1], chosen[0]]), selected=True).broken is not None
    other = as_dicts(chain)
    other[3]["details"] = {"n": 40}
    chosen[1] = write_anew(other, 3)[3]
    broken = verify_lines(lines_of(chosen), selected=True).broken
    assert broken is not None
    assert "entry 5 was made after another entry than entry 4 of this file" in broken.reason


def test_lines_are_read_one_by_one() -> None:
    chain = lines_of(as_dicts(make_chain(2)))

    def endless() -> Any:
        yield chain[0]
        yield json.dumps({"format": 1})
        raise AssertionError("the line after the first broken one was read")

    assert verify_lines(endless()).entries == 1
