"""The page on which a person reviews disputed listings and decides; it stands alone, pictures included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from training.data.manifest import Manifest
from training.html.page import render_page
from training.html.pictures import evidence_picture, photo_picture
from training.label_noise.suspects import DISPUTED_COLUMNS, DisputedLabels, DisputedListing, PredictedRun
from vision.detector import Detector
from vision.errors import PhotoError
from vision.verdict import PhotoJudgement

PHOTOS_SHOWN = 4  # of a listing: the first ones


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoOnPage:
    """One photo; `picture` is a data URI, or None where it can't be read, and `file` opens the photo itself."""

    file: str
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingOnPage:
    """A disputed listing with its first photos, and the evidence of the one that contributed most against the label."""

    disputed: DisputedListing
    photos: tuple[PhotoOnPage, ...]
    photo_count: int
    evidence: str | None


def write_disputed_page(
    file: Path, run: PredictedRun, found: DisputedLabels, *, evidence: bool, advance: Callable[[int], None]
) -> None:
    """Write the page; with `evidence` each kept bundle runs on the shown photos again, 50 ms each on a CPU core.

    `advance` is called with the number of photos drawn.
    """
    shown: list[ListingOnPage] = []
    for bundle, listings in groupby(_by_bundle(run, found.listings), key=lambda one: run.bundles.get(_name(one))):
        detector = Detector(bundle) if evidence and bundle else None  # one at a time: a kernel takes 80 MB
        for one in listings:
            shown.append(_on_page(run.manifest, one, detector))
            advance(len(shown[-1].photos))
    shown.sort(key=lambda one: one.disputed.rank)
    page = render_page(
        "suspects.html.j2",
        run=run.folder.name,
        manifest=run.manifest.name,
        label_kind=run.label_kind,
        found=found,
        shown=shown,
        columns=DISPUTED_COLUMNS,
        script=Markup((files("training.html") / "templates" / "suspects.js").read_text(encoding="utf-8")),
    )
    file.write_text(page, encoding="utf-8")


def shown_photos(manifest: Manifest, listing: str) -> list[Path]:
    """The photos of a listing that are shown."""
    return [manifest.rows[row].photo for row in manifest.listings[listing][:PHOTOS_SHOWN]]


def _name(one: DisputedListing) -> str:
    return one.prediction.listing


def _by_bundle(run: PredictedRun, listings: Sequence[DisputedListing]) -> list[DisputedListing]:
    return sorted(listings, key=lambda one: str(run.bundles.get(_name(one), "")))


def _on_page(manifest: Manifest, one: DisputedListing, detector: Detector | None) -> ListingOnPage:
    photos = shown_photos(manifest, _name(one))
    return ListingOnPage(
        disputed=one,
        photos=tuple(PhotoOnPage(file=photo.resolve().as_uri(), picture=_picture(photo)) for photo in photos),
        photo_count=len(manifest.listings[_name(one)]),
        evidence=_strongest_evidence(photos, one, detector) if detector else None,
    )


def _picture(photo: Path) -> str | None:
    try:
        return photo_picture(photo)
    except (PhotoError, OSError):
        return None


def _strongest_evidence(photos: Sequence[Path], one: DisputedListing, detector: Detector) -> str | None:
    sign = -1 if one.prediction.label == "genuine" else 1
    judged = [(photo, detector.judge_photo(photo.read_bytes(), n)) for n, photo in enumerate(photos) if photo.is_file()]
    strongest = max(judged, key=lambda pair: _contribution(pair[1], sign), default=None)
    if strongest is None or strongest[1].evidence is None:
        return None
    return evidence_picture(strongest[0], strongest[1].evidence)


def _contribution(judgement: PhotoJudgement, sign: int) -> float:
    return float("-inf") if judgement.logit is None else sign * judgement.logit
