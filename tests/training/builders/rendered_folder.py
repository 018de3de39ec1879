"""A rendered data set's folder, filled with grey photos instead of rendered ones."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from training.render.dataset_folder import DatasetFolder
from training.render.photograph import RenderedPhoto
from training.render.plan import ListingPlan
from training.render.product.cues import Cue

BOX = (0.0, 0.25, 0.5, 1.0)
PRODUCT = np.zeros((16, 16), np.bool_)
PRODUCT[4:, :8] = True


def grey_photo(number: int, cues: Sequence[Cue] = ()) -> RenderedPhoto:
    """A grey photo of 16 px whose k-th cue shows in the k-th row."""
    jpeg = io.BytesIO()
    Image.new("RGB", (16, 16), (120, 120, 40 * number)).save(jpeg, "JPEG")
    mask = np.zeros((16, 16), np.uint8)
    mask[: len(cues)] = np.arange(1, len(cues) + 1, dtype=np.uint8)[:, None]
    return RenderedPhoto(
        number=number,
        jpeg=jpeg.getvalue(),
        cues=tuple(cues),
        box=BOX,
        mask=mask if cues else None,
        product=PRODUCT,
    )


def finish_listing(folder: DatasetFolder, plan: ListingPlan) -> None:
    """Write the listing's photos; a counterfeit one's show two cues, but for the last."""
    planned = plan.circumstances.photos
    cues = (Cue.BODY_GLOSS, Cue.SWITCH_GAP) if plan.maker else ()
    photos = [grey_photo(photo.number, cues if photo.number < len(planned) else ()) for photo in planned]
    folder.finish_listing(plan, [folder.add_photo(plan, photo) for photo in photos])
