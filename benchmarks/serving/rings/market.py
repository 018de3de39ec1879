"""A marketplace as investigations see it: 50,000 listings of honest sellers and of rings, at the level of hashes.

A photo is 256 random bits, and each change of it flips as many as measured on real changed photos (noise.json). What a
ring shares, and what honest sellers share that must not link them, is drawn from a seed: see `Habits`.
"""

from __future__ import annotations

import dataclasses
import json
import random
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from serving.store.sellers.trace_rows import PictureValue, TextValue

DEVELOPMENT_SEED = 14
HELD_OUT_SEED = 2026
LOOKUPS = 66  # of a real photo: eight orientations and 58 trimmed copies
PRODUCTS = 20
NOISE: dict[str, list[int]] = json.loads((Path(__file__).parent / "noise.json").read_text(encoding="utf-8"))
FLAT_CHANGES = ("recompressed", "smaller", "recoloured", "mirrored", "turned")
TRIMS = ("trimmed", "trimmed and mirrored")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How often what is shared. A ring's are drawn anew for each ring, around these."""

    ring_share: float = 0.12  # of all listings
    ring_sellers: tuple[int, int] = (3, 12)
    ring_photo_from_pool: float = 0.6
    ring_stolen: float = 0.05  # of a ring's pool: photos taken from an honest seller
    ring_plain: float = 0.3
    ring_contact: float = 0.25
    ring_text: float = 0.3
    ring_place_of_evidence: float = 0.7
    trimmed: float = 0.2  # of copies
    trimmed_much: float = 0.05
    honest_plain: float = 0.4
    honest_catalogue: float = 0.25  # listings with the brand's own photos
    honest_pose: float = 0.02  # plain photos that no hash tells from another seller's
    honest_template: float = 0.4  # listings with a text that others use as well
    honest_shared_contact: float = 0.1  # a marketplace's number, or a warehouse's address


@dataclasses.dataclass(slots=True)
class Picture:
    """A photo before it was changed; `trims` are the hashes of trimmed copies that exist, and how near it gets."""

    bits: NDArray[np.uint8]
    kind: str
    trims: list[tuple[NDArray[np.uint8], int]] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class SoldListing:
    """A listing with all that it shares; `ring` is the number of its ring, None for an honest seller's."""

    check_id: str
    seller: str
    ring: int | None
    product: str
    price: float
    texts: Sequence[TextValue]
    pictures: Sequence[PictureValue]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Ring:
    number: int
    product: str
    sellers: Sequence[str]
    pool: Sequence[Picture]
    parts: Sequence[NDArray[np.uint8]]
    contacts: Sequence[str]
    text: str
    cell: int


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Honest:
    name: str
    product: str
    parts: Sequence[NDArray[np.uint8]]


class Market:
    """Draws listings from one seed, in the order in which they come."""

    def __init__(self, seed: int, habits: Habits | None = None, *, lookups: int = 1) -> None:
        """`lookups`: each photo is looked up by at least so many hashes; random ones find nothing and take time."""
        self._rng = random.Random(seed)
        self._lookups = lookups
        self._bits = np.random.default_rng(seed)
        self._habits = habits or Habits()
        self._catalogue = [self._picture("plain_photo") for _ in range(600)]
        self._poses = [self._picture("plain_photo") for _ in range(1000)]
        self._templates = [f"template {number}" for number in range(600)]
        self._shared_contacts = [f"shared {number} {min(number, 3)}" for number in range(120)]
        self._stealable: list[Picture] = []
        self._numbers = iter(range(10**9))

    def listings(self, count: int) -> Iterator[SoldListing]:
        """Give listings: those of honest sellers and of rings, mixed."""
        sold = [*self._of_rings(round(count * self._habits.ring_share))]
        drawn: list[tuple[str, _Ring | _Honest]] = [*self._honest_sellers(count - len(sold)), *sold]
        self._rng.shuffle(drawn)
        for name, source in drawn:
            yield self._ring_listing(source, name) if isinstance(source, _Ring) else self._honest_listing(source)

    def _of_rings(self, count: int) -> Iterator[tuple[str, _Ring]]:
        number = drawn = 0
        while drawn < count:
            ring = self._ring(number)
            number += 1
            for seller in ring.sellers:
                for _ in range(self._rng.randint(2, 14)):
                    if drawn < count:
                        drawn += 1
                        yield seller, ring

    def _ring(self, number: int) -> _Ring:
        rng, habits = self._rng, self._habits
        pool = [
            self._picture("plain_photo" if rng.random() < habits.ring_plain else "photo")
            for _ in range(rng.randint(8, 40))
        ]
        return _Ring(
            number=number,
            product=f"product-{rng.randrange(PRODUCTS)}",
            sellers=[f"ring-{number}-{at}" for at in range(rng.randint(*habits.ring_sellers))],
            pool=pool,
            parts=[self._random() for _ in range(rng.randint(0, 8))],
            contacts=[f"ring contact {number}-{at} {at // 2}" for at in range(rng.randint(1, 3))],
            text=f"ring text {number}",
            cell=min(24, int(rng.expovariate(0.25))),
        )

    def _ring_listing(self, ring: _Ring, seller: str) -> SoldListing:
        rng, habits = self._rng, self._habits
        pictures: list[PictureValue] = []
        for photo in range(rng.randint(1, 4)):
            if self._stealable and rng.random() < habits.ring_stolen:
                pictures.append(self._copy(rng.choice(self._stealable[-2000:]), photo))
            elif rng.random() < habits.ring_photo_from_pool:
                pictures.append(self._copy(rng.choice(ring.pool), photo))
            else:
                pictures.append(self._copy(self._picture("photo" if ring.parts else "plain_photo"), photo))
                pictures += self._parts(ring.parts, photo)
        texts = [self._evidence(ring.product, ring.cell if rng.random() < habits.ring_place_of_evidence else None)]
        if rng.random() < habits.ring_contact:
            texts.append(_contact(rng.choice(ring.contacts)))
        texts.append(_text("text", ring.text if rng.random() < habits.ring_text else self._own_text()))
        return self._sold(seller, ring.number, ring.product, texts, pictures)

    def _honest_sellers(self, count: int) -> Iterator[tuple[str, _Honest]]:
        drawn = number = 0
        while drawn < count:
            seller = _Honest(
                name=f"honest-{number}",
                product=f"product-{self._rng.randrange(PRODUCTS)}",
                parts=[self._random() for _ in range(self._rng.randint(0, 5))],
            )
            number += 1
            for _ in range(min(1 + int(self._rng.paretovariate(1.1)), 60)):
                if drawn < count:
                    drawn += 1
                    yield seller.name, seller

    def _honest_listing(self, seller: _Honest) -> SoldListing:
        rng, habits = self._rng, self._habits
        name, product = seller.name, seller.product
        pictures: list[PictureValue] = []
        from_catalogue = rng.random() < habits.honest_catalogue
        for photo in range(rng.randint(1, 4)):
            if from_catalogue:
                pictures.append(self._copy(self._catalogue[self._rare(len(self._catalogue))], photo))
            elif rng.random() < habits.honest_plain:
                pose = rng.random() < habits.honest_pose
                pictures.append(self._copy(rng.choice(self._poses) if pose else self._picture("plain_photo"), photo))
            else:
                own = self._picture("photo")
                self._stealable.append(own)
                pictures.append(self._copy(own, photo))
                pictures += self._parts(seller.parts, photo)
        texts = [self._evidence(product, None), _text("attribute", f"colour={rng.randrange(40)}")]
        if rng.random() < 0.3:
            texts.append(_contact(f"own {name} 0"))
        if rng.random() < habits.honest_shared_contact:
            texts.append(_contact(self._shared_contacts[self._rare(len(self._shared_contacts))]))
        template = rng.random() < habits.honest_template
        texts.append(_text("text", self._templates[self._rare(len(self._templates))] if template else self._own_text()))
        return self._sold(name, None, product, texts, pictures)

    def _sold(
        self, seller: str, ring: int | None, product: str, texts: list[TextValue], pictures: list[PictureValue]
    ) -> SoldListing:
        number = next(self._numbers)
        unique = {(text.kind, text.text): text for text in texts}
        return SoldListing(
            check_id=str(uuid.UUID(int=(number + 1) << 80 | 7 << 76 | self._rng.getrandbits(60))),
            seller=seller,
            ring=ring,
            product=product,
            price=round(self._rng.lognormvariate(3.5, 0.5), 2),
            texts=list(unique.values()),
            pictures=pictures,
        )

    def _copy(self, original: Picture, photo: int) -> PictureValue:
        """A copy as it is sent: changed by a draw, and looked up by what is near to trimmed copies that came before."""
        rng, habits = self._rng, self._habits
        draw = rng.random()
        if draw < habits.trimmed + habits.trimmed_much:
            change = "trimmed much" if draw < habits.trimmed_much else rng.choice(TRIMS)
            own = self._flipped(original.bits, 100)
            original.trims.append((own, rng.choice(NOISE[change])))
            lookups = [own]
        else:
            lookups = [self._flipped(original.bits, rng.choice(NOISE[rng.choice(FLAT_CHANGES)]))]
            lookups += [self._flipped(bits, apart) for bits, apart in original.trims[-40:]]
        lookups += [self._random() for _ in range(self._lookups - len(lookups))]
        return PictureValue(
            kind=original.kind, space=0, photo=photo, lookups=np.stack(lookups), own=1, near_bits=31,
            trimmed_near_bits=28, shown="",
        )  # fmt: skip

    def _parts(self, parts: Sequence[NDArray[np.uint8]], photo: int) -> Iterator[PictureValue]:
        for part in parts:
            if self._rng.random() < 0.4:  # the product, or another framing, hides the others
                seen = self._flipped(part, self._rng.choice(NOISE["background, another product"]))
                lookups = seen[None]
                yield PictureValue(
                    kind="background", space=1, photo=photo, lookups=lookups, own=1, near_bits=31,
                    trimmed_near_bits=31, shown="",
                )  # fmt: skip

    def _evidence(self, product: str, cell: int | None) -> TextValue:
        place = min(24, int(self._rng.expovariate(0.4))) if cell is None else cell
        return _text("place", f"{product} {place}")

    def _own_text(self) -> str:
        return f"own text {self._rng.getrandbits(60)}"

    def _rare(self, count: int) -> int:
        """Draw a place by Zipf's law: a few are very common, and most are used by a few."""
        return min(count - 1, int(count ** self._rng.random()) - 1)

    def _picture(self, kind: str) -> Picture:
        return Picture(bits=self._random(), kind=kind)

    def _random(self) -> NDArray[np.uint8]:
        return self._bits.integers(0, 256, 32, dtype=np.uint8)

    def _flipped(self, bits: NDArray[np.uint8], count: int) -> NDArray[np.uint8]:
        flips = np.zeros(256, np.uint8)
        flips[self._bits.permutation(256)[:count]] = 1
        flipped: NDArray[np.uint8] = bits ^ np.packbits(flips)
        return flipped


def _contact(text: str) -> TextValue:
    """A number or a handle where the text ends with 0, otherwise an address or a link, as several use a forwarder's."""
    return _text("contact" if text.endswith(" 0") else "address", text)


def _text(kind: str, text: str) -> TextValue:
    return TextValue(kind=kind, text=text, shown=text[:40])
