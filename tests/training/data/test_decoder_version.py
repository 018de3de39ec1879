"""The decoder's version changes with the code that it covers."""

import shutil
import sys
from importlib import util
from pathlib import Path
from types import ModuleType

import pytest

from training.data.decoder_version import decoder_version


def load(file: Path, text: str) -> ModuleType:
    file.write_text(text)
    spec = util.spec_from_file_location(file.stem, file)
    assert spec is not None
    return util.module_from_spec(spec)


def test_the_version_is_a_digest_that_stays_the_same() -> None:
    assert len(decoder_version()) == 64
    assert decoder_version() == decoder_version()


def test_another_module_and_a_change_of_it_give_another_version(tmp_path: Path) -> None:
    first, second = load(tmp_path / "first.py", "x = 1\n"), load(tmp_path / "second.py", "x = 2\n")
    versions = {decoder_version(), decoder_version(first), decoder_version(second), decoder_version(first, second)}
    assert len(versions) == 4


@pytest.mark.parametrize("text", ['"""Words."""\nx = 1\n', "import os\nx = 1  # why\n", "x=1"])
def test_other_words_and_imports_give_the_same_version(tmp_path: Path, text: str) -> None:
    first, second = load(tmp_path / "first.py", "x = 1\n"), load(tmp_path / "second.py", text)
    assert decoder_version(first) == decoder_version(second)


def test_a_change_inside_a_function_gives_another_version(tmp_path: Path) -> None:
    body = "def half(x):\n    'Words.'\n    return x / {}\n"
    first, second = load(tmp_path / "first.py", body.format(2)), load(tmp_path / "second.py", body.format(3))
    assert decoder_version(first) != decoder_version(second)


@pytest.mark.parametrize("library", ["PIL", "pi_heif"])
def test_another_decoder_gives_another_version(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    before = decoder_version.__wrapped__()
    monkeypatch.setattr(getattr(sys.modules["training.data.decoder_version"], library), "__version__", "0")
    assert decoder_version.__wrapped__() != before


def test_a_change_of_any_file_that_reads_photos_gives_another_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    photo = sys.modules["training.data.decoder_version"].vision.photo
    versions = {decoder_version.__wrapped__()}
    for file in Path(photo.__path__[0]).glob("*.py"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(photo, "__path__", [str(tmp_path)])
    assert decoder_version.__wrapped__() in versions
    for name in ("exif.py", "header.py", "png.py", "hdr.py"):
        with (tmp_path / name).open("a") as file_to_change:
            file_to_change.write("CHANGED = 1\n")
        versions.add(decoder_version.__wrapped__())
    assert len(versions) == 5
