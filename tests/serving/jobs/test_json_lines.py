from __future__ import annotations

from serving.jobs.json_lines import JsonLines


def test_empty_lines_are_left_out_and_the_others_keep_their_numbers() -> None:
    lines = JsonLines(100)
    found = [*lines.feed(b'\xef\xbb\xbf{"a": 1}\n\n  \r\n{"b"'), *lines.feed(b": 2}"), *lines.finish()]
    assert [(line.number, line.content, line.fault) for line in found] == [
        (1, b'{"a": 1}', None), (4, b'{"b": 2}', None),
    ]  # fmt: skip


def test_a_line_that_is_too_long_has_its_fault_and_no_content() -> None:
    lines = JsonLines(5)
    (first, second) = [*lines.feed(b"123456\n12345\n"), *lines.finish()]
    assert (first.number, first.content) == (1, None)
    assert first.fault is not None
    assert (first.fault.code, "5 bytes (jobs.max_line_bytes)" in first.fault.message) == ("line_too_long", True)
    assert (second.content, second.fault) == (b"12345", None)
