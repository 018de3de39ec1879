"""The listings to check: one of given photos, or those in folders, where each folder that holds photos is one.

`table_listings.py` has those of a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vision.check_shape import MAX_PHOTOS
from vision.counting import counted
from vision.errors import NoPhotos
from vision.photo.class_names import ClassLabel, label_of_name
from vision.photo.folder import FolderPhotos, LeftOut, describe_left_out, walk_folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing to judge by the first twelve photos; `beyond` counts those after them. `views` run beside `photos`.

    `product` is the one that a table names for it, if any.
    """

    name: str
    photos: tuple[Path, ...]
    beyond: int = 0
    views: tuple[str | None, ...] | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listings:
    """The listings, found as they are asked for; how many there are, and what of the folders is read, in words.

    `labelled`: the folders have names of both classes, such as genuine and fake, or the table has both labels.
    `have_products`: a table names the product of each.
    """

    found: Iterable[Listing]
    total: int
    in_words: str
    labelled: bool = False
    have_products: bool = False


def listings_of_photos(
    photos: Sequence[Path], *, views: tuple[str | None, ...] | None = None, each_photo: bool = False
) -> Listings:
    """One listing, named after the folder of its first photo; or, with `each_photo`, one of each photo."""
    if each_photo:
        listings = [Listing(name=photo.as_posix(), photos=(photo,)) for photo in photos]
    else:
        listings = [Listing(name=photos[0].resolve().parent.name, photos=tuple(photos), views=views)]
    in_words = f"{counted(len(photos), 'photo')} of {counted(len(listings), 'listing')}"
    return Listings(found=listings, total=len(listings), in_words=in_words)


def listings_in_folders(folders: Sequence[Path], *, each_photo: bool = False) -> Listings:
    """The listings in the folders, in the order of their names. Raises NoPhotos where there are none.

    A folder that holds photos itself is a listing, at any depth. It is named by its path from the folder given, or by
    the whole path where several are given. With `each_photo` every photo is a listing of its own.

    The folders are walked twice, to count and to judge: a hundred thousand listings need not be in memory at once.
    """
    photos = listings = beyond = 0
    left_out: list[LeftOut] = []
    labels: set[ClassLabel | None] = set()
    for place, root, found in _walk(folders):
        left_out += found.left_out
        labels.add(label_of_name(place.name))
        for listing in _listings_of(place, root, found, each_photo):
            photos, listings, beyond = photos + len(listing.photos), listings + 1, beyond + listing.beyond
    described = describe_left_out(left_out, folders[0])
    if not listings:
        raise NoPhotos(
            f"no photo in {', '.join(map(str, folders))}: give photos or folders of them. {described}".rstrip()
        )
    parts = [reading_in_words(photos, listings, beyond)]
    parts += [described] if described else []
    found_later = (
        listing for place, root, found in _walk(folders) for listing in _listings_of(place, root, found, each_photo)
    )
    return Listings(found=found_later, total=listings, in_words="; ".join(parts), labelled=len(labels - {None}) > 1)


def _walk(folders: Sequence[Path]) -> Iterator[tuple[Path, Path | None, FolderPhotos]]:
    """Each folder with what it holds, and the folder from which it is named: None where several are given."""
    for folder in folders:
        for place, found in walk_folder(folder):
            yield place, folder if len(folders) == 1 else None, found


def _listings_of(place: Path, root: Path | None, found: FolderPhotos, each_photo: bool) -> Iterator[Listing]:
    if each_photo:
        for photo in found.photos:
            yield Listing(name=_name(photo, root), photos=(photo,))
    elif found.photos:
        chosen = found.photos[:MAX_PHOTOS]
        yield Listing(name=_name(place, root), photos=chosen, beyond=len(found.photos) - len(chosen))


def _name(place: Path, root: Path | None) -> str:
    if root is None:
        return place.as_posix()
    return root.resolve().name if place == root else place.relative_to(root).as_posix()


def reading_in_words(photos: int, listings: int, beyond: int) -> str:
    """Such as `15 photos of 4 listings`, and how many photos are `beyond` the twelve that a listing is judged by."""
    read = f"{counted(photos, 'photo')} of {counted(listings, 'listing')}"
    if not beyond:
        return read
    limit = f"beyond the {MAX_PHOTOS} of a listing (--each-photo judges each alone)"
    return f"{read}; left out {counted(beyond, 'photo')} {limit}"
