from __future__ import annotations

import pytest

from vision.photo.class_names import ClassLabel, label_of_name

NAMES: dict[str, ClassLabel | None] = {
    "genuine": "genuine",
    "Genuine": "genuine",
    "GENUINES": "genuine",
    "Real": "genuine",
    "real_photos": "genuine",
    "Authentic-Items": "genuine",
    "originals": "genuine",
    "RealPhotos": "genuine",
    "0_real": "genuine",
    "counterfeit": "counterfeit",
    "Counterfeits": "counterfeit",
    "fake images": "counterfeit",
    "FAKE": "counterfeit",
    "replicas ": "counterfeit",
    "1-fake": "counterfeit",
    "forgeries": "counterfeit",
    "not genuine": None,
    "non-authentic": None,
    "unreal": None,
    "real vs fake": None,
    "genuine copy": None,
    "photos": None,
    "masks": None,
    "正品": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_the_label_of_a_folder_is_read_from_its_name(name: str) -> None:
    assert label_of_name(name) == NAMES[name]
