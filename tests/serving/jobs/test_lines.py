from __future__ import annotations

import random

import pytest

from serving.jobs.lines import TextLine, TextLines


def split(text: bytes, piece_bytes: int, max_line_bytes: int = 100) -> list[tuple[int, bytes | None]]:
    lines = TextLines(max_line_bytes)
    pieces = [text[at : at + piece_bytes] for at in range(0, len(text), piece_bytes)]
    found: list[TextLine] = [line for piece in pieces for line in lines.feed(piece)]
    return [(line.number, line.text) for line in (*found, *lines.finish())]


@pytest.mark.parametrize("piece_bytes", [1, 2, 3, 7, 1000])
def test_lines_are_the_same_in_pieces_of_any_length(piece_bytes: int) -> None:
    assert split(b"one\ntwo\r\n\nfour", piece_bytes) == [(1, b"one"), (2, b"two"), (3, b""), (4, b"four")]
    assert split(b"one\n", piece_bytes) == [(1, b"one")]
    assert split(b"", piece_bytes) == []


@pytest.mark.parametrize("piece_bytes", [1, 4, 1000])
def test_a_line_that_is_too_long_is_given_without_its_text_and_the_next_is_whole(piece_bytes: int) -> None:
    text = b"a" * 11 + b"\n" + b"b" * 10 + b"\n" + b"c" * 50
    assert split(text, piece_bytes, max_line_bytes=10) == [(1, None), (2, b"b" * 10), (3, None)]


def test_a_line_that_is_too_long_is_not_held_while_it_arrives() -> None:
    lines = TextLines(1000)
    for _ in range(1000):
        assert lines.feed(b"x" * 100) == []
    assert sum(len(piece) for piece in lines._pieces) <= 1000


def test_random_pieces_of_random_lines_join_again() -> None:
    rng = random.Random(0)
    wanted = [bytes(rng.choices(b"abc {}", k=rng.randrange(30))) for _ in range(200)]
    text = b"\n".join(wanted) + b"\n"
    lines, found, at = TextLines(100), [], 0
    while at < len(text):
        step = rng.randrange(1, 50)
        found += lines.feed(text[at : at + step])
        at += step
    assert [line.text for line in (*found, *lines.finish())] == wanted
