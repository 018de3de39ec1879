"""Writes each photo of a verdict under its evidence map, as pictures in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from vision.cli.verdict_output import percent
from vision.errors import ConfigError, PhotoError
from vision.explain.evidence_picture import evidence_picture
from vision.photo.decode import PhotoLimits
from vision.verdict import PhotoVerdict, Verdict


def save_evidence_pictures(folder: Path, verdict: Verdict, photos: Sequence[Path], *, limits: PhotoLimits) -> None:
    """Write a JPEG for each photo that could be read, named after it; `folder` is made if need be.

    Raises ConfigError where the folder can't be written to.
    """
    names = _file_names(photos)
    for judged, photo in zip(verdict.photos, photos, strict=True):
        picture = _picture(judged, photo, verdict, limits)
        if picture is None:
            continue
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / names[judged.index]).write_bytes(picture)
        except OSError as error:
            raise ConfigError(f"--save-evidence: {folder} can't be written to ({error.strerror})") from error


def folder_of_listing(folder: Path, name: str) -> Path:
    """The folder within `folder` for the pictures of the listing of this name, whatever path the name is."""
    parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".")]
    return folder.joinpath(*parts)


def _picture(judged: PhotoVerdict, photo: Path, verdict: Verdict, limits: PhotoLimits) -> bytes | None:
    if judged.evidence is None:
        return None
    caption = f"photo: {judged.outcome} {percent(judged.authenticity)}"
    caption += f"\nlisting: {verdict.outcome} {percent(verdict.authenticity)}"
    try:
        return evidence_picture(photo.read_bytes(), judged.evidence, judged.outcome, caption=caption, limits=limits)
    except (OSError, PhotoError):  # it was judged a moment ago, and is gone or changed by now
        return None


def _file_names(photos: Sequence[Path]) -> list[str]:
    """The photos' names with the suffix .jpg, and their whole names before it where two would be alike."""
    stems = [photo.stem for photo in photos]
    return [
        f"{photo.stem if stems.count(photo.stem) == 1 else f'{index}-{photo.name}'}.jpg"
        for index, photo in enumerate(photos)
    ]
