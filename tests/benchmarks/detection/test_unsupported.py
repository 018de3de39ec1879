import io
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.detection import unsupported
from tests.builders.bundle import write_tiny_bundle


def test_a_photo_is_sent_again_at_one_size_and_format(tmp_path: Path) -> None:
    Image.new("RGB", (1280, 320), (200, 10, 10)).save(tmp_path / "wide.png")
    with Image.open(io.BytesIO(unsupported.reencoded(tmp_path / "wide.png"))) as sent:
        assert (sent.format, sent.size) == ("JPEG", (640, 160))


def test_outcomes_are_counted_by_listing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tiny_bundle(tmp_path / "bundle")  # it can't tell its product from others, so it keeps nothing out
    rows = ["photo,label,product,listing"]
    for n in range(4):
        picture = Image.effect_noise((200, 200), 90).convert("RGB")
        picture.save(tmp_path / f"{n}.jpg")
        rows.append(f"{n}.jpg,,milk,L{n // 2}")
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n")
    monkeypatch.setattr(sys, "argv", ["unsupported", str(tmp_path / "bundle"), str(tmp_path / "manifest.csv")])
    unsupported.main()
    assert capsys.readouterr().out.startswith("2 listings: unsupported 0.000 [0.000, 0.658]")
