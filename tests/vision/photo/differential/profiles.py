"""ICC profiles, written here from published colorants: nothing is shared with what is tested."""

import struct

from tests.vision.photo.differential.colour_truth import COLORANTS_D50


def make_rgb_profile(primaries: str, transfer: str, name: str = "") -> bytes:
    """A profile of version 2 with the colorants and one curve for all channels, called `name`."""
    tags = {b"desc": _text(name or f"{primaries} {transfer}"), b"wtpt": _xyz((0.9642, 1.0, 0.8249))}
    for channel, colorant in zip((b"r", b"g", b"b"), COLORANTS_D50[primaries], strict=True):
        tags |= {channel + b"XYZ": _xyz(colorant), channel + b"TRC": _curve(transfer)}
    return _assemble(b"RGB ", tags)


def make_grey_profile(transfer: str) -> bytes:
    """A profile of version 2 for grey pictures."""
    return _assemble(b"GRAY", {b"desc": _text("grey"), b"wtpt": _xyz((0.9642, 1.0, 0.8249)), b"kTRC": _curve(transfer)})


def with_cicp_tag(profile: bytes, primaries: int, transfer: int) -> bytes:
    """The profile whose description gave its place to a cicp tag."""
    value = b"cicp\0\0\0\0" + bytes([primaries, transfer, 0, 1])
    changed = bytearray(profile + value)
    entry = changed.index(b"desc")
    changed[entry : entry + 12] = b"cicp" + struct.pack(">II", len(profile), len(value))
    changed[:4] = struct.pack(">I", len(changed))
    return bytes(changed)


def _assemble(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    place, table, body = 132 + 12 * len(tags), b"", b""
    for tag, value in tags.items():
        padded = value + bytes(-len(value) % 4)
        table += tag + struct.pack(">II", place + len(body), len(value))
        body += padded
    head = struct.pack(">I4xI4s4s4s", place + len(body), 0x02400000, b"mntr", space, b"XYZ ").ljust(36, b"\0")
    head = (head + b"acsp").ljust(68, b"\0") + _xyz((0.9642, 1.0, 0.8249))[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _text(name: str) -> bytes:
    text = name.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + bytes(12 + 67)


def _curve(transfer: str) -> bytes:
    if transfer == "srgb":
        levels = [level / 1023 for level in range(1024)]
        light = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in levels]
        return b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *(round(one * 65535) for one in light))
    gamma = float(transfer.removeprefix("gamma_")) if transfer != "linear" else 1.0
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
