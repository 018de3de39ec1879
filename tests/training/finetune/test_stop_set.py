from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from training.data.manifest import Label, PhotoRow
from training.errors import TrainingError
from training.finetune.distributed import Processes
from training.finetune.photo_cache import cache_photos
from training.finetune.stop_set import StopSet, build_stop_set, evaluate_stop_set, predicted_rows
from vision.inputs import InputGeometry

ALONE = Processes(rank=0, world_size=1, device=torch.device("cpu"))
GEOMETRY = InputGeometry(size_px=32)


class Brightness(nn.Module):
    """Logit: the photo's mean value in tens, less 10."""

    def forward(self, photos: Tensor) -> Tensor:
        return photos.float().mean((1, 2, 3)) / 10 - 10


def plain_photo(folder: Path, name: str, value: int, label: Label, listing: str) -> PhotoRow:
    file = folder / f"{name}.png"
    Image.fromarray(np.full((32, 32, 3), value, np.uint8)).save(file)
    return PhotoRow(row=1, photo=file, label=label, product="toy", listing=listing)


def stop_set_of(rows: list[PhotoRow], folder: Path) -> StopSet:
    photos = cache_photos(rows, GEOMETRY, folder=folder / "cache", threads=1, advance=lambda photos: None)
    return build_stop_set(rows, photos)


def test_a_listing_is_judged_by_the_mean_logit_of_its_photos(tmp_path: Path) -> None:
    stop = stop_set_of(
        [
            plain_photo(tmp_path, "a0", 90, "genuine", "a"),  # logits -1 and 5, mean 2
            plain_photo(tmp_path, "b0", 110, "counterfeit", "b"),  # 1
            plain_photo(tmp_path, "a1", 150, "genuine", "a"),
            plain_photo(tmp_path, "c0", 130, "counterfeit", "c"),  # 3
        ],
        tmp_path,
    )
    figures = evaluate_stop_set(stop, Brightness(), ALONE, batch_size=3)
    assert figures.auroc == 0.5  # a is above b and below c; by photos it would be 0.25 or 0.75
    expected = (np.log1p(np.exp(-2)) + np.log1p(np.exp(1)) + np.log1p(np.exp(3))) / 3
    assert figures.loss == pytest.approx(expected)


def test_only_the_first_twelve_photos_of_a_listing_count(tmp_path: Path) -> None:
    rows = [plain_photo(tmp_path, f"a{i}", 100, "genuine", "a") for i in range(14)]
    rows.insert(5, plain_photo(tmp_path, "b", 100, "counterfeit", "b"))
    predicted = predicted_rows(rows)
    assert [row.photo.stem for row in predicted] == [
        *(f"a{i}" for i in range(5)),
        "b",
        *(f"a{i}" for i in range(5, 12)),
    ]


def test_a_stop_set_of_one_label_is_refused_and_says_what_to_raise(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no counterfeit one.*data.stop_share"):
        stop_set_of([plain_photo(tmp_path, "a", 100, "genuine", "a")], tmp_path)
