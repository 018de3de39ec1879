"""Copies of random kind and strength."""

import io

import numpy as np
from PIL import Image

from training.perturbations.photo import Subject
from training.perturbations.place import ProductPlace
from training.perturbations.varied import vary

SUBJECT = Subject(
    photo=Image.fromarray(np.random.default_rng(0).integers(0, 256, (80, 120, 3), np.uint8)),
    place=ProductPlace(box=(0.25, 0.25, 0.75, 0.75)),
    backdrop=Image.new("RGB", (120, 80), (255, 0, 0)),
)


def copies(subject: Subject, n: int = 60) -> list[Image.Image]:
    return [Image.open(io.BytesIO(vary(subject, np.random.default_rng(seed)))) for seed in range(n)]


def test_a_copy_follows_from_its_generator_alone() -> None:
    first, again = (vary(SUBJECT, np.random.default_rng(7)) for _ in range(2))
    assert first == again
    assert len({vary(SUBJECT, np.random.default_rng(seed)) for seed in range(20)}) > 15


def test_all_kinds_of_change_come_up() -> None:
    made = copies(SUBJECT)
    sizes = {photo.size for photo in made}
    assert any(width < 100 for width, _ in sizes), "shrunk or cropped"
    assert any(width > 120 for width, _ in sizes), "on a screenshot's page"
    same = [np.asarray(photo, float) for photo in made if photo.size == (120, 80)]
    means = [photo.mean() for photo in same]
    assert min(means) < 110 < 140 < max(means), "darker and brighter"
    swapped = [photo for photo in same if photo[2, 2, 0] > 240 and photo[2, 2, 1:].max() < 30]
    assert swapped, "before the red backdrop"
    assert all(abs(photo[30:50, 40:80].mean() - same[0].mean()) < 25 for photo in swapped), "the product is still there"


def test_without_a_place_or_a_backdrop_no_background_is_swapped() -> None:
    bare = Subject(photo=SUBJECT.photo, backdrop=SUBJECT.backdrop)
    corners = [np.asarray(photo)[2, 2] for photo in copies(bare)]
    assert not any(corner[0] > 240 and corner[1:].max() < 30 for corner in corners)
