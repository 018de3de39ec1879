from __future__ import annotations

import pytest

from serving.errors import ContentEncodingUnsupported, MultipartMalformed
from serving.http.multipart import MAX_PARTS, MultipartSplitter, Part

PHOTO = b"\xff\xd8\r\n--\r\n--edg\r\n--edge\x00\r\r\n"  # bytes that look like a boundary's beginning
BODY = (
    b'--edge\r\nContent-Disposition: form-data; name="photos"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    + PHOTO
    + b'\r\n--edge\r\nContent-Disposition: form-data; name="listing"\r\n\r\n{}\r\n--edge--\r\n'
)


def split(*pieces: bytes) -> list[Part]:
    splitter = MultipartSplitter(b"edge")
    for piece in pieces:
        splitter.feed(piece)
    return splitter.finish()


def test_a_body_is_split_the_same_wherever_it_is_cut() -> None:
    expected = [Part(name="photos", content=PHOTO), Part(name="listing", content=b"{}")]
    assert split(BODY) == expected
    for place in range(len(BODY)):
        assert split(BODY[:place], BODY[place:]) == expected, place
    assert split(*(BODY[place : place + 1] for place in range(len(BODY)))) == expected


def test_a_body_that_was_cut_short_is_refused_wherever_it_ends() -> None:
    for place in range(len(BODY) - len(b"--\r\n")):
        with pytest.raises(MultipartMalformed):
            split(BODY[:place])


def test_a_fault_is_raised_at_the_end_and_later_parts_are_not_kept() -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="photos"\r\n\r\nx\r\n'
    splitter = MultipartSplitter(b"edge")
    for _ in range(2 * MAX_PARTS):
        splitter.feed(part)
    with pytest.raises(MultipartMalformed, match=f"more than {MAX_PARTS} parts"):
        splitter.finish()


@pytest.mark.parametrize("header", ["Content-Encoding: gzip", "Content-Transfer-Encoding: base64"])
def test_an_encoded_part_is_refused_by_the_name_of_its_header(header: str) -> None:
    body = BODY.replace(b"Content-Type: image/jpeg", header.encode())
    with pytest.raises(ContentEncodingUnsupported, match=header.replace(": ", " of a part is ")):
        split(body)


@pytest.mark.parametrize("header", ["Content-Transfer-Encoding: binary", "Content-Transfer-Encoding: 8BIT"])
def test_a_part_that_says_it_is_as_it_is_is_read(header: str) -> None:
    assert split(BODY.replace(b"Content-Type: image/jpeg", header.encode()))[0].content == PHOTO
