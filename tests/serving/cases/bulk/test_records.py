from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.cases.bulk.records import MAX_RECORD, Record, Records


def read(body: bytes, size: int = 10**9) -> list[Record]:
    records = Records()
    found = [record for at in range(0, len(body), size) for record in records.feed(body[at : at + size])]
    return [*found, *records.finish()]


def shown(body: bytes) -> list[tuple[int, object]]:
    return [(one.line, one.fault or one.fields) for one in read(body)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"a,b\r\nc,d", [(1, ("a", "b")), (2, ("c", "d"))]),
        (b"\xef\xbb\xbfa\n\n\nb\n", [(1, ("a",)), (4, ("b",))]),
        (b'a,"b\nc"\nd\n', [(1, ("a", "b\nc")), (3, ("d",))]),
        (b'"a ""b"" c"\n', [(1, ('a "b" c',))]),
        ("鞋\n".encode(), [(1, ("鞋",))]),
        (b"a\n\xff\nb", [(1, ("a",)), (2, "is not UTF-8; save the file as CSV UTF-8"), (3, ("b",))]),
        (b'a\n"b\nc\nd\n', [(1, ("a",)), (2, "has a quote that is not closed"), (3, ("c",)), (4, ("d",))]),
        (b"", []),
    ],
)
def test_records_have_the_line_that_they_begin_on(body: bytes, expected: object) -> None:
    assert shown(body) == expected


def test_a_field_that_goes_on_behind_its_quote_is_a_fault_of_its_row_alone() -> None:
    (first, second) = read(b'"a"b,c\nd,e\n')
    assert first.fault is not None
    assert second.fields == ("d", "e")


def test_a_quote_that_is_never_closed_holds_no_more_than_a_record() -> None:
    body = b'"a\n' + b"b,c\n" * MAX_RECORD
    records = read(body, 1000)
    assert records[0].fault == "has a quote that is not closed"
    assert len(records) == MAX_RECORD + 1
    assert records[-1] == Record(line=MAX_RECORD + 1, fields=("b", "c"))


@settings(max_examples=50, deadline=None)
@given(body=st.text(alphabet='ab",\n\r\u978b', max_size=60), size=st.integers(min_value=1, max_value=7))
def test_it_is_the_same_however_the_body_is_cut(body: str, size: int) -> None:
    assert read(body.encode(), size) == read(body.encode())
