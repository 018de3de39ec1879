import hashlib

import numpy as np

from vision.bundle.self_test import self_test_inputs


def test_the_self_test_pictures_are_the_same_everywhere() -> None:
    digest = hashlib.sha256(self_test_inputs(32).tobytes()).hexdigest()
    assert digest == "e6d28be17187551a934fac2b445efe9220849086962aaa617daf7c8baf89f065"


def test_the_self_test_pictures_have_the_shape_of_the_input_and_differ() -> None:
    pictures = self_test_inputs(64)
    assert pictures.shape == (8, 64, 64, 3)
    assert pictures.dtype == np.uint8
    assert len({picture.tobytes() for picture in pictures}) == 8
    assert all(picture.std() > 20 for picture in pictures)


def test_another_size_shows_the_same_pictures() -> None:
    small, large = self_test_inputs(32).astype(float), self_test_inputs(128).astype(float)
    reduced = large.reshape(8, 32, 4, 32, 4, 3).mean(axis=(2, 4))
    assert np.abs(small - reduced).mean() < 4
