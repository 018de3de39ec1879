"""Many listings on several threads: in order, few in memory, and none stops the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.builders.bundle import write_tiny_bundle
from tests.vision.test_detector import COUNTERFEIT, GENUINE
from vision.bundle.metadata import GraphMetadata
from vision.cli.judge_listings import JudgedListing, judge_listings
from vision.cli.listings import Listing
from vision.detector import Detector
from vision.inference.scorer import Scorer, Scores


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    return Detector(write_tiny_bundle(tmp_path_factory.mktemp("bundle")))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("photos")
    files = {"genuine": GENUINE, "counterfeit": COUNTERFEIT, "broken": b"no image"}
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


def judged(detector: Detector, listings: list[Listing], threads: int = 2) -> list[JudgedListing]:
    return list(judge_listings(detector, listings, product="toy", threads=threads))


def test_verdicts_come_in_the_order_of_the_listings(detector: Detector, photos: dict[str, Path]) -> None:
    kinds = [("genuine", "counterfeit")[number % 3 == 0] for number in range(30)]
    listings = [Listing(name=str(n), photos=(photos[kind],) * (1 + n % 3)) for n, kind in enumerate(kinds)]
    done = judged(detector, listings, threads=4)
    assert [one.listing.name for one in done] == [str(number) for number in range(30)]
    assert [one.verdict.outcome for one in done if one.verdict] == kinds


def test_a_listing_without_a_verdict_has_its_error_and_the_others_theirs(
    detector: Detector, photos: dict[str, Path]
) -> None:
    listings = [
        Listing(name="unreadable", photos=(photos["broken"], photos["broken"])),
        Listing(name="partly", photos=(photos["broken"], photos["genuine"])),
        Listing(name="views", photos=(photos["genuine"],), views=("whole", "grille")),
        Listing(name="gone", photos=(photos["genuine"].with_name("gone"),)),
        Listing(name="good", photos=(photos["genuine"],)),
    ]
    done = {one.listing.name: one for one in judged(detector, listings)}
    assert {name: one.error_code for name, one in done.items()} == {
        "unreadable": "no_readable_photo",
        "partly": "",
        "views": "views_mismatch",
        "gone": "no_readable_photo",
        "good": "",
    }
    assert {name: one.unreadable for name, one in done.items() if one.unreadable} == {
        "unreadable": 2,
        "partly": 1,
        "gone": 1,
    }
    assert done["good"].verdict is not None


class OutOfMemoryOnce:
    """The bundle's scorer, which fails on its second photo."""

    def __init__(self, scorer: Scorer) -> None:
        self.scorer, self.calls = scorer, 0

    @property
    def graph(self) -> GraphMetadata:
        return self.scorer.graph

    @property
    def providers(self) -> tuple[str, ...]:
        return self.scorer.providers

    @property
    def embedding_size(self) -> int:
        return self.scorer.embedding_size

    def score(self, tiles: NDArray[np.uint8]) -> Scores:
        self.calls += 1
        if self.calls == 2:
            raise MemoryError("no memory")
        return self.scorer.score(tiles)


def test_an_unforeseen_failure_of_one_listing_does_not_stop_the_others(
    detector: Detector, photos: dict[str, Path]
) -> None:
    failing = Detector(detector.bundle, scorer=OutOfMemoryOnce(Scorer(detector.bundle)))
    listings = [Listing(name=str(number), photos=(photos["genuine"],)) for number in range(3)]
    done = judged(failing, listings, threads=1)
    assert [one.error_code for one in done] == ["", "internal", ""]
    assert done[1].error == "MemoryError: no memory"


def test_only_a_few_listings_are_in_memory_at_once(detector: Detector, photos: dict[str, Path]) -> None:
    asked = 0

    def found() -> Iterator[Listing]:
        nonlocal asked
        for number in range(1000):
            asked += 1
            yield Listing(name=str(number), photos=(photos["genuine"],))

    judging = judge_listings(detector, found(), product="toy", threads=2)
    ahead = [asked - number for number, _ in zip(range(50), judging, strict=False)]
    judging.close()
    assert max(ahead) <= 6
    assert asked < 60, "closing it ends the work"
