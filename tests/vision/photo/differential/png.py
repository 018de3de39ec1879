"""PNG: every depth and colour type, transparency, interlacing, orientation, and the chunks that state colours."""

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tests.builders.png import (
    GREY,
    GREY_ALPHA,
    PALETTE,
    RGB,
    RGB_ALPHA,
    Chunk,
    chrm,
    cicp,
    gama,
    iccp,
    trns,
    write_png,
)
from tests.vision.photo.differential.colour_truth import (
    POINTS,
    PRIMARIES_CODES,
    TRANSFER_CODES,
    in_bits,
    to_signal,
)
from tests.vision.photo.differential.combination import (
    COARSE,
    CONVERTED,
    EXACT,
    HDR,
    ROUNDED,
    Combination,
    Pixels,
    Tolerance,
)
from tests.vision.photo.differential.jpeg_and_webp import LAID_DOWN, tiff_block
from tests.vision.photo.differential.picture import make_picture
from tests.vision.photo.differential.profiles import make_rgb_profile, with_cicp_tag

Samples = NDArray[np.uint8] | NDArray[np.uint16]
_DEPTHS: Final = {GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGB_ALPHA: (8, 16)}
_NAMES: Final = {GREY: "grey", RGB: "RGB", PALETTE: "palette", GREY_ALPHA: "grey + alpha", RGB_ALPHA: "RGB + alpha"}
_GAMMAS: Final = {"srgb": 1 / 2.2, "linear": 1.0, "gamma_1.8": 1 / 1.8, "gamma_2.2": 1 / 2.2, "gamma_2.6": 1 / 2.6}


def png_combinations() -> Iterator[Combination]:
    yield from _stored()
    yield from _with_gamma()
    yield from _with_code_points()
    yield from _ranked()
    for orientation, order in product(range(1, 9), "<>"):
        stored = partial(_oriented, orientation, order)
        yield Combination(kind="PNG, orientation", name=f"{orientation} {order}", data=stored, tolerance=EXACT)


def _stored() -> Iterator[Combination]:
    for colour_type, interlaced in product(_DEPTHS, (False, True)):
        for depth, transparent in product(_DEPTHS[colour_type], (False, True)):
            if transparent and colour_type in (GREY_ALPHA, RGB_ALPHA):
                continue
            yield Combination(
                kind="PNG, depth, channels and transparent colours",
                name=f"{_NAMES[colour_type]} {depth} bits interlaced={interlaced} transparent={transparent}",
                data=partial(_store, colour_type, depth, interlaced=interlaced, transparent=transparent),
                expected=None,
                tolerance=ROUNDED,
            )


def _store(colour_type: int, depth: int, *, interlaced: bool, transparent: bool) -> bytes:
    picture = make_picture()
    grey = in_bits(picture.mean(axis=2, keepdims=True) / 255, depth)
    colour = in_bits(picture / 255, depth)
    alpha = in_bits(np.linspace(0, 1, picture.shape[1])[None, :, None].repeat(picture.shape[0], axis=0), depth)
    chunks: list[Chunk] = []
    if colour_type == PALETTE:
        chunks.append((b"PLTE", np.random.default_rng(depth).integers(0, 256, 3 * 2**depth, np.uint8).tobytes()))
    if transparent:
        levels = {GREY: grey[9, 40], RGB: colour[9, 40]}
        is_palette = colour_type == PALETTE
        chunks.append((b"tRNS", bytes([255, 0][: 2**depth])) if is_palette else trns(*map(int, levels[colour_type])))
    samples = {
        GREY: grey,
        RGB: colour,
        PALETTE: grey,
        GREY_ALPHA: np.concatenate([grey, alpha], axis=2),
        RGB_ALPHA: np.concatenate([colour, alpha], axis=2),
    }
    return write_png(samples[colour_type], colour_type, depth, chunks, interlaced=interlaced)


def _with_gamma() -> Iterator[Combination]:
    for primaries, transfer, depth in product(
        (None, "srgb", "adobe", "p3", "2020"), ("srgb", "linear", "gamma_1.8", "gamma_2.2", "gamma_2.6"), (8, 16)
    ):
        known = primaries or "srgb"
        if (transfer == "gamma_2.2") == (known == "srgb"):  # 1/2.2 means sRGB where the primaries are sRGB's
            continue
        if transfer == "srgb" and known != "srgb":
            continue
        chunks = [gama(_GAMMAS[transfer]), *([chrm(*POINTS[primaries])] if primaries else [])]
        yield _colour("PNG, gAMA and cHRM", known, transfer, depth, chunks, f"cHRM={primaries}")
    for primaries, depth in product(("srgb", "adobe", "p3", "2020"), (8, 16)):
        yield _colour("PNG, cHRM alone", primaries, "srgb", depth, [chrm(*POINTS[primaries])])


def _with_code_points() -> Iterator[Combination]:
    for primaries, transfer, depth in product(PRIMARIES_CODES, TRANSFER_CODES, (8, 16)):
        is_hdr = transfer in ("pq", "hlg")
        if transfer == "hlg" and primaries != "2020":
            continue
        chunks = [cicp(PRIMARIES_CODES[primaries], TRANSFER_CODES[transfer])]
        refused = "photo_colour_unsupported" if is_hdr and depth == 8 else None
        yield _colour("PNG, cICP", primaries, transfer, depth, chunks, refused=refused)
    for code in (9, 10, 19):
        yield _colour(
            "PNG, cICP", "srgb", "srgb", 8, [cicp(1, code)], f"transfer {code}", refused="photo_colour_unsupported"
        )
    yield _colour("PNG, cICP", "srgb", "srgb", 8, [cicp(10, 13)], "primaries 10", refused="photo_colour_unsupported")


def _ranked() -> Iterator[Combination]:
    """Each chunk that is outranked states something else than the picture is in."""
    srgb, p3 = (b"sRGB", b"\0"), iccp(make_rgb_profile("p3", "srgb"))
    wrong = [gama(1.0), chrm(*POINTS["2020"])]
    for name, primaries, transfer, chunks in (
        ("cICP before iCCP", "2020", "srgb", [cicp(9, 13), iccp(make_rgb_profile("adobe", "linear")), srgb, *wrong]),
        ("iCCP before sRGB", "p3", "srgb", [p3, srgb, *wrong]),
        ("sRGB before gAMA", "srgb", "srgb", [srgb, *wrong]),
        ("gAMA after a broken iCCP", "srgb", "linear", [(b"iCCP", b"x\0\0broken"), gama(1.0)]),
        ("iCCP named sRGB", "adobe", "gamma_2.2", [iccp(make_rgb_profile("adobe", "gamma_2.2", "sRGB"))]),
    ):
        yield _colour("PNG, which chunk counts", primaries, transfer, 8, chunks, name)
    hdr = iccp(with_cicp_tag(make_rgb_profile("2020", "gamma_2.2"), 9, 16))
    yield _colour("PNG, which chunk counts", "2020", "pq", 16, [hdr], "cicp tag of a profile")


def _colour(
    kind: str,
    primaries: str,
    transfer: str,
    depth: int,
    chunks: list[Chunk],
    note: str = "",
    *,
    refused: str | None = None,
) -> Combination:
    return Combination(
        kind=kind,
        name=f"{primaries} {transfer} {depth} bits {note}",
        data=partial(_in_space, primaries, transfer, depth, chunks),
        tolerance=_tolerance(primaries, transfer),
        refused=refused,
    )


def _tolerance(primaries: str, transfer: str) -> Tolerance:
    if transfer in ("pq", "hlg"):
        return HDR
    if transfer == "linear":
        return COARSE
    return ROUNDED if (primaries, transfer) == ("srgb", "srgb") else CONVERTED


def _in_space(primaries: str, transfer: str, depth: int, chunks: list[Chunk]) -> bytes:
    return write_png(in_bits(to_signal(make_picture(), primaries, transfer), depth), RGB, depth, chunks)


def _oriented(orientation: int, order: str) -> bytes:
    stored: Pixels = np.ascontiguousarray(LAID_DOWN[orientation](make_picture()))
    return write_png(stored, RGB, 8, [(b"eXIf", tiff_block(orientation, order, "SHORT", 1)[6:])])
