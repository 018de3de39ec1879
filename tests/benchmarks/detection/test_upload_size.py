import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.detection import upload_size
from tests.builders.bundle import write_tiny_bundle


def write_photo(file: Path) -> Path:
    pixels = np.random.default_rng(0).integers(100, 150, (60, 80, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(file)
    return file


def test_uploads_have_the_three_sizes_and_the_same_shape(tmp_path: Path) -> None:
    sizes = [Image.open(io.BytesIO(data)).size for data in upload_size.uploads(write_photo(tmp_path / "0.png"), 95)]
    assert [round(width * height / 1e6) for width, height in sizes] == [1, 4, 12]
    assert all(width / height == pytest.approx(4 / 3, abs=0.01) for width, height in sizes)


def test_the_spread_of_a_plain_photo_is_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    write_photo(tmp_path / "0.png")
    (tmp_path / "manifest.csv").write_text("photo,label,product,listing\n0.png,,toy,L0\n")
    arguments = [str(tmp_path / "bundle"), str(tmp_path / "manifest.csv"), "--threads", "1"]
    monkeypatch.setattr(sys, "argv", ["upload_size", *arguments])
    upload_size.main()
    output = capsys.readouterr().out
    assert output.startswith("1 photos at (1, 4, 12) MP, JPEG quality 95")
    assert float(output.rsplit(maxsplit=1)[1]) < 0.05
