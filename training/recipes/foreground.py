"""The foreground head of a run: fitted once on rows of the network that ships, and kept in the cache."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from safetensors import SafetensorError
from safetensors.torch import load, save

from training.data.cache import writing_cache
from training.data.decoder_version import decoder_version
from training.data.photo_row import PhotoRow
from training.errors import RunError
from training.foreground import head_fit, recurrence, targets
from training.foreground.head_fit import MIN_PHOTOS, drawn_rows, fit_foreground_head, new_foreground_head
from training.foreground.recurrence import teacher_for
from training.model import foreground_head
from training.model.foreground_head import ForegroundHead
from training.model.network import Network
from training.progress import photo_progress
from training.recipes.config import RecipeConfig
from training.recipes.feature_cache import update_digest
from vision.counting import counted

_CODE: Final = (head_fit, recurrence, targets, foreground_head)  # a head is fitted anew where they change
_COLUMNS: Final = {"mask": "a product_mask", "box": "a box (box_x0, box_y0, box_x1, box_y1)"}
_NONE: Final = b""  # what is kept where too few photos say where the product is


def learn_foreground(
    network: Network,
    rows: Sequence[PhotoRow],
    config: RecipeConfig,
    console: Console,
    *,
    root: Path,
    estimated_by: Network | None = None,
) -> ForegroundHead | None:
    """The foreground head for a network with these maps, kept in the folder `root`.

    Where photos have no marks, the place is estimated on the maps of `estimated_by`, or of the network itself. Those of
    a fine-tuned network would not do: what varies most in them is what tells the labels apart.

    None where the settings want none, or there are too few photos. Raises PhotoError for a photo that can't be read,
    and RunError where too few are marked as the settings ask, or the cache can't be written.
    """
    if config.foreground.source == "none":
        return None
    drawn = drawn_rows(rows, source=config.foreground.source, seed=config.seed)
    _require_marks(drawn, config)
    estimator = estimated_by or network
    file = root / "foreground" / f"{_key(network, estimator, drawn, config)}.safetensors"
    kept, head = _read(file, network)
    if kept:
        return head
    geometry, settings, seed = config.model.geometry, config.foreground, config.seed
    with console.status("looking for what recurs in the photos …"):
        teacher = teacher_for(estimator, drawn, geometry, settings.source, seed=seed)
    with photo_progress("foreground", len(drawn), console) as advance:
        head = fit_foreground_head(
            network,
            drawn,
            geometry=geometry,
            config=settings,
            teacher=teacher,
            seed=seed,
            threads=config.threads if teacher is None else 1,  # torch's own threads already fill the cores
            advance=advance,
        )
    with writing_cache(file.parent):
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(f".{os.getpid()}.part")
        draft.write_bytes(_NONE if head is None else save(head.state_dict()))
        draft.replace(file)
    return head


def _require_marks(drawn: Sequence[PhotoRow], config: RecipeConfig) -> None:
    source = config.foreground.source
    if source in _COLUMNS and len(drawn) < MIN_PHOTOS:
        raise RunError(
            f"foreground.source is {source!r}, but only {counted(len(drawn), 'training photo')} have {_COLUMNS[source]}"
            f": mark {MIN_PHOTOS} or more, or set 'auto', which estimates the place in the others"
        )


def _read(file: Path, network: Network) -> tuple[bool, ForegroundHead | None]:
    """Whether the file holds an answer, and the head in it; a damaged file holds none."""
    try:
        data = file.read_bytes()
        if data == _NONE:
            return True, None
        head = new_foreground_head(network)
        head.load_state_dict(load(data))
    except (OSError, SafetensorError, RuntimeError):
        return False, None
    return True, head.eval()


def _key(network: Network, estimator: Network, rows: Sequence[PhotoRow], config: RecipeConfig) -> str:
    """A digest of all that the head depends on: backbone, photos, targets, settings, and how photos are decoded."""
    digest = hashlib.sha256(
        f"{network.taps} {config.model.geometry} {config.foreground} {config.seed} {decoder_version(*_CODE)}".encode()
    )
    update_digest(digest, network)
    if estimator is not network:
        update_digest(digest, estimator)
    for row in rows:
        mask = b"" if row.product_mask is None else row.product_mask.read_bytes()
        for part in (row.photo.read_bytes(), repr(row.box).encode(), mask):
            digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:16]
