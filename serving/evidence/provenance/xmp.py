"""Reads IPTC's DigitalSourceType in the XMP of a photo: bounded, without entities, and without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from serving.evidence.provenance.source_types import Mark, mark_of

MAX_BYTES: Final = 256 * 1024  # of one packet: IPTC's fields take a few hundred
MAX_PACKETS: Final = 4
MAX_DEPTH: Final = 64
_BEGIN, _END = b"<x:xmpmeta", b"</x:xmpmeta>"
_SOURCE_TYPE: Final = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ DigitalSourceType"
_RESOURCE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns# resource"


class _Refused(Exception):
    """What this reader does not follow."""


class _SourceTypes:
    """Collects the source types of one packet: as an attribute, as an element's text, or as its rdf:resource."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._depth = 0
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Refused
        if _SOURCE_TYPE in attributes:
            self.found.append(attributes[_SOURCE_TYPE])
        self._inside = name == _SOURCE_TYPE
        if self._inside:
            self.found.append(attributes.get(_RESOURCE, ""))

    def end(self, name: str) -> None:
        self._depth -= 1
        self._inside = False

    def text(self, text: str) -> None:
        if self._inside:
            self.found[-1] += text.strip()


def read_xmp(photo: bytes) -> tuple[Mark, ...]:
    """Give the marks in the photo's XMP; a packet that is damaged, too large or compressed has none."""
    marks = [mark_of("IPTC", found) for packet in _packets(photo) for found in _source_types(packet) if found.strip()]
    return tuple(dict.fromkeys(marks))


def _packets(photo: bytes) -> Iterator[bytes]:
    end = 0
    for _ in range(MAX_PACKETS):
        begin = photo.find(_BEGIN, end)
        if begin < 0:
            return
        end = photo.find(_END, begin, begin + MAX_BYTES)
        if end < 0:
            return
        end += len(_END)
        yield photo[begin:end]


def _source_types(packet: bytes) -> list[str]:
    parser = expat.ParserCreate(namespace_separator=" ")
    found = _SourceTypes()
    parser.StartElementHandler, parser.EndElementHandler = found.start, found.end
    parser.CharacterDataHandler = found.text
    parser.StartDoctypeDeclHandler = _refuse  # and with it every entity but XML's own five
    try:
        parser.Parse(packet, True)
    except (expat.ExpatError, _Refused, ValueError):
        return []
    return found.found


def _refuse(*_: object) -> None:
    raise _Refused
