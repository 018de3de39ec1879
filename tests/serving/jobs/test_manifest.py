from __future__ import annotations

import json
from typing import Any

import pytest

from serving.errors import RequestInvalid
from serving.jobs.lines import SentLine
from serving.jobs.manifest import ManifestLines


def lines_of(text: str, *, piece_bytes: int = 7, max_line_bytes: int = 1000) -> list[SentLine]:
    data, lines = text.encode(), ManifestLines(max_line_bytes)
    pieces = [data[at : at + piece_bytes] for at in range(0, len(data), piece_bytes)]
    return [*(line for piece in pieces for line in lines.feed(piece)), *lines.finish()]


def check_of(line: SentLine) -> Any:
    assert line.content is not None
    return json.loads(line.content)


def test_rows_of_a_listing_become_one_line_with_the_number_of_the_first() -> None:
    text = (
        "photo,listing,product,seller,view,price\n"
        "https://a/1.jpg,L1,toy,s1,front,3.50\n"
        "https://a/2.jpg,L1,toy,s1,,3.50\n"
        "\n"
        "https://a/3.jpg,L2,toy,,,\n"
    )
    first, second = lines_of(text)
    assert (first.number, second.number) == (2, 5)
    assert check_of(first) == {
        "photos": [{"url": "https://a/1.jpg"}, {"url": "https://a/2.jpg"}], "listing_id": "L1", "seller_id": "s1",
        "product": "toy", "views": ["front", None], "attributes": {"price": "3.50"},
    }  # fmt: skip
    assert check_of(second) == {
        "photos": [{"url": "https://a/3.jpg"}], "listing_id": "L2", "product": "toy", "attributes": {},
    }  # fmt: skip


@pytest.mark.parametrize("piece_bytes", [1, 3, 1000])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_quotes_may_hold_delimiters_and_line_breaks(delimiter: str, piece_bytes: int) -> None:
    d = delimiter
    text = f'\ufefflisting{d}photo{d}note\r\n"L{d}1"{d}https://a/1.jpg{d}"two\r\nlines, ""quoted"""\r\nL2{d}u{d}\r\n'
    first, second = lines_of(text, piece_bytes=piece_bytes)
    assert check_of(first)["listing_id"] == f"L{d}1"
    assert check_of(first)["attributes"] == {"note": 'two\nlines, "quoted"'}
    assert second.number == 4


def test_a_listing_that_comes_again_later_is_a_fault_of_its_later_rows() -> None:
    first, second, third = lines_of("photo,listing\na,L1\nb,L2\nc,L1\n")
    assert (first.fault, second.fault) == (None, None)
    assert third.fault is not None
    assert (third.number, third.fault.code) == (4, "listing_split")


@pytest.mark.parametrize("header", ["", "photo", "listing,url", "\x00"])
def test_a_header_without_the_columns_refuses_the_job(header: str) -> None:
    with pytest.raises(RequestInvalid, match="names no column"):
        lines_of(f"{header}\nhttps://a/1.jpg,L1\n")


def test_quotes_that_are_never_closed_refuse_the_job_and_are_not_held() -> None:
    with pytest.raises(RequestInvalid, match="line 2"):
        lines_of('photo,listing\n"a,L1\nb,L2\n')
    lines = ManifestLines(1000)
    with pytest.raises(RequestInvalid, match="line 2"):
        lines.feed(b'photo,listing\n"a,L1\n' + b"b,L2\n" * 1000)


def test_a_cell_longer_than_a_csv_reader_takes_is_a_fault_of_its_row() -> None:
    good, bad, last = lines_of(
        f"photo,listing\na,L1\n{'x' * 200_000},L2\nb,L3\n", piece_bytes=5000, max_line_bytes=10**6
    )
    assert (good.fault, last.fault) == (None, None)
    assert bad.fault is not None
    assert (bad.number, bad.fault.code) == (3, "request_invalid")


def test_a_listing_of_many_rows_is_bounded() -> None:
    (line,) = lines_of("photo,listing\n" + "a,L1\n" * 5000, piece_bytes=1000)
    assert 12 < len(check_of(line)["photos"]) <= 1000
