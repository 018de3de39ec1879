"""The boxes of AVIF and HEIC files (ISO 14496-12, ISO 23008-12), as far as no decoder gives what is in them."""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MAX_BOXES: Final = 4_000  # of one box; a phone's grid of tiles has about 100
_MAX_ITEMS: Final = 20_000
_EXIF_ITEM: Final = re.compile(rb"(infe(?:\x02.{7}|\x03.{9}))Exif", re.DOTALL)  # ISO 23008-12: version, flags, id, type


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """One box: its type, and where its contents start and end. `end` may lie beyond the bytes that are there."""

    kind: bytes
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AvifFacts:
    """What the boxes say of the primary picture and Pillow doesn't.

    primaries, transfer, matrix: of its colours, as numbers of ITU-T H.273. bit_depth: bits a channel. clean_aperture:
    of its clap box, the width, height and offsets of the part that is shown, each as a fraction; None without one.
    """

    primaries: int
    transfer: int
    matrix: int
    bit_depth: int
    clean_aperture: tuple[int, ...] | None = None

    def crop_box(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """Left, top, right and bottom of the part that is shown; None for the whole, and where the box is damaged."""
        if self.clean_aperture is None or 0 in self.clean_aperture[1::2]:
            return None
        shown_x, shown_y, offset_x, offset_y = (
            self.clean_aperture[i] / self.clean_aperture[i + 1] for i in (0, 2, 4, 6)
        )
        left, top = (width - shown_x) / 2 + offset_x, (height - shown_y) / 2 + offset_y
        box = (round(left), round(top), round(left + shown_x), round(top + shown_y))
        is_within = 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height
        return box if is_within else None


def without_second_file(data: bytes) -> bytes:
    """The bytes up to where another file starts, as phones append the film of a moving photo."""
    for box in list(_read_boxes(data, 0, len(data)))[1:]:
        if box.kind == b"ftyp":
            return data[: box.start - 8]
    return data


def is_cut_short(data: bytes) -> bool:
    """Whether the bytes end within a box, or before the one that describes the picture.

    It is for files that no decoder reads: a trailer that is no box can look like a box that was cut.
    """
    boxes = list(_read_boxes(data, 0, len(data)))
    end = max((box.end for box in boxes), default=0)
    return end > len(data) or 0 < len(data) - end < 8 or all(box.kind != b"meta" for box in boxes)


def read_avif_facts(data: bytes) -> AvifFacts:
    """From the properties of the primary picture, or else of the first tile it is made of; 2 is unspecified."""
    unknown = AvifFacts(primaries=2, transfer=2, matrix=2, bit_depth=8)
    meta = _find(data, b"meta", 0, len(data))
    if meta is None:
        return unknown
    start = meta.start + 4  # version and flags
    pitm, iprp = (_find(data, kind, start, meta.end) for kind in (b"pitm", b"iprp"))
    if pitm is None or iprp is None:
        return unknown
    primary = _number(data, pitm.start + 4, 2 if data[pitm.start : pitm.start + 1] == b"\0" else 4)
    tile = _find_first_tile(data, start, meta.end, primary)
    boxes = [box for item in (primary, tile) if item is not None for box in _read_properties(data, iprp, item)]
    nclx = next(
        (box.start for box in boxes if box.kind == b"colr" and data[box.start : box.start + 4] == b"nclx"), None
    )
    av1c = next((box.start for box in boxes if box.kind == b"av1C"), None)
    clap = next((data[box.start : box.start + 32] for box in boxes if box.kind == b"clap"), b"")
    flags = _number(data, av1c + 2, 1) if av1c is not None else 0  # AV1-ISOBMFF 2.3.3: high_bitdepth, twelve_bit
    return AvifFacts(
        primaries=_number(data, nclx + 4, 2) if nclx is not None else 2,
        transfer=_number(data, nclx + 6, 2) if nclx is not None else 2,
        matrix=_number(data, nclx + 8, 2) if nclx is not None else 2,
        bit_depth=8 + 2 * (flags >> 6 & 1) + 2 * (flags >> 5 & 1),
        clean_aperture=struct.unpack(">4IiIiI", clap) if len(clap) == 32 else None,
    )


def hide_exif_item(data: bytes) -> bytes:
    """An AVIF whose EXIF item has another name, so that no decoder reads it: the file's own boxes turn the picture."""
    return _EXIF_ITEM.sub(rb"\1free", data)


def _read_boxes(data: bytes, place: int, end: int) -> Iterator[_Box]:
    """The boxes one after the other, until the end or until something follows that is none."""
    for _ in range(_MAX_BOXES):
        if place + 8 > end:
            return
        length, kind, head = _number(data, place, 4), data[place + 4 : place + 8], 8
        if length == 1:
            length, head = _number(data, place + 8, 8), 16
        if length == 0 and kind.strip(b"\0"):  # to the end of the file
            length = end - place
        if length < head:
            return
        yield _Box(kind=kind, start=place + head, end=place + length)
        place += length


def _find(data: bytes, kind: bytes, start: int, end: int) -> _Box | None:
    return next((box for box in _read_boxes(data, start, end) if box.kind == kind), None)


def _read_properties(data: bytes, iprp: _Box, wanted: int) -> Iterator[_Box]:
    """The property boxes of the item with this number; what others have is skipped, which can be millions."""
    ipco = _find(data, b"ipco", iprp.start, iprp.end)
    if ipco is None:
        return
    boxes = list(_read_boxes(data, ipco.start, ipco.end))
    for ipma in _read_boxes(data, iprp.start, iprp.end):
        if ipma.kind != b"ipma":
            continue
        version, is_wide = data[ipma.start : ipma.start + 1] not in (b"\0", b""), _number(data, ipma.start, 4) & 1
        place = ipma.start + 8
        for _ in range(min(_number(data, ipma.start + 4, 4), _MAX_ITEMS)):
            item_bytes, entry_bytes = 4 if version else 2, 2 if is_wide else 1
            item, count = _number(data, place, item_bytes), _number(data, place + item_bytes, 1)
            place += item_bytes + 1
            end = place + count * entry_bytes
            for entry in range(place, end, entry_bytes) if item == wanted else ():
                index = _number(data, entry, entry_bytes) & (0x7FFF if is_wide else 0x7F)  # without `essential`
                if 1 <= index <= len(boxes):
                    yield boxes[index - 1]
            place = end


def _find_first_tile(data: bytes, start: int, end: int, item: int) -> int | None:
    iref = _find(data, b"iref", start, end)
    if iref is None:
        return None
    id_bytes = 4 if data[iref.start : iref.start + 1] != b"\0" else 2
    for box in _read_boxes(data, iref.start + 4, iref.end):
        if box.kind == b"dimg" and _number(data, box.start, id_bytes) == item:
            return _number(data, box.start + id_bytes + 2, id_bytes)
    return None


def _number(data: bytes, place: int, count: int) -> int:
    return int.from_bytes(data[place : place + count], "big")
