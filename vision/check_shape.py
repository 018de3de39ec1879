"""The shape that a check must have, for the library and the server: how many photos, their views, its product."""

import difflib
from collections.abc import Sequence
from typing import Final

from vision.errors import NoPhotos, ProductRequired, TooManyPhotos, UnknownProduct, ViewsMismatch

MAX_PHOTOS: Final = 12


def require_shape(photos: int, views: Sequence[str | None] | None, *, max_photos: int = MAX_PHOTOS) -> None:
    """Raise NoPhotos, TooManyPhotos or ViewsMismatch unless a check may have so many photos with these views."""
    if photos == 0:
        raise NoPhotos(f"a check takes 1 to {max_photos} photos: send at least one.")
    if photos > max_photos:
        raise TooManyPhotos(f"a check takes at most {max_photos} photos, not {photos}: send the clearest ones.")
    if views is not None and len(views) != photos:
        raise ViewsMismatch(f"{len(views)} views for {photos} photos: give one for each photo, null where unknown.")


def resolve_product(named: str | None, known: Sequence[str]) -> str:
    """The product to judge: the named one, or the only one known. Raises ProductRequired or UnknownProduct."""
    if named is None:
        if len(known) == 1:
            return known[0]
        raise ProductRequired(f"{len(known)} products are known: set product to one of {', '.join(known)}.")
    if named not in known:
        near = difflib.get_close_matches(named, known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise UnknownProduct(f"the product {named[:80]!r} is not known: {hint}the known ones are {', '.join(known)}.")
    return named
