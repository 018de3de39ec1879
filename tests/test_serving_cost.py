"""The script that measures serving's cost: it runs, its photos are what it says, and it counts what it names."""

import io
import itertools
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from docs import serving_cost
from tests.tiny_bundle import write_tiny_bundle
from vision.photo import open_photo


def test_it_prints_every_way_beside_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_tiny_bundle(tmp_path / "bundle")
    arguments = ["serving_cost", str(tmp_path / "bundle"), "--sizes", "1 MP", "--rounds", "1", "--photos", "24"]
    monkeypatch.setattr(sys, "argv", arguments)
    serving_cost.main()
    told = capsys.readouterr().out
    rows = re.findall(r"^1 MP \| (.+) \| ([\d.]+) ms \| ([\d.]+)$", told, re.MULTILINE)
    assert [name for name, _, _ in rows] == ["limit", "HTTP, store none", "HTTP, stored"]
    assert all(float(ms) > 0 for _, ms, _ in rows)
    assert float(rows[0][2]) == 1.0


def test_renamed_photos_are_other_files_of_the_same_picture() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 40, 50)).save(stream, "JPEG")
    first, second = (open_photo(data) for data in serving_cost.renamed([stream.getvalue()], 2, itertools.count()))
    assert first.sha256 != second.sha256
    assert (first.pixels == second.pixels).all()
