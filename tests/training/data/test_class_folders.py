from __future__ import annotations

from pathlib import Path

import pytest

from tests.training.builders.photo_tree import save_class_folders, save_picture
from training.data.class_folders import find_class_folders
from vision.errors import ManifestError


@pytest.mark.parametrize(
    ("genuine", "counterfeit"), [("genuine", "Counterfeit"), ("Real", "Fake"), ("Authentic", "replica photos")]
)
def test_the_common_names_of_both_classes_are_read(tmp_path: Path, genuine: str, counterfeit: str) -> None:
    save_class_folders(tmp_path, genuine, counterfeit)
    found = find_class_folders(tmp_path, {})
    assert found.of_label == {"genuine": tmp_path / genuine, "counterfeit": tmp_path / counterfeit}


def test_a_given_name_decides_and_may_lie_deeper(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "2024/shop", "knockoffs")
    found = find_class_folders(tmp_path, {"genuine": "2024/shop", "counterfeit": "knockoffs"})
    assert found.of_label == {"genuine": tmp_path / "2024" / "shop", "counterfeit": tmp_path / "knockoffs"}
    assert found.others == ()


def test_a_given_name_settles_which_of_two_folders_is_meant(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "Genuine", "fake")
    save_picture(tmp_path / "real" / "1.jpg", 1)
    with pytest.raises(ManifestError, match=r"2 folders of genuine photos: Genuine/, real/.*--genuine-folder"):
        find_class_folders(tmp_path, {})
    found = find_class_folders(tmp_path, {"genuine": "Genuine"})
    assert found.of_label["genuine"] == tmp_path / "Genuine"
    assert found.others == (tmp_path / "real",)


@pytest.mark.parametrize("name", [".", "..", "../elsewhere", "{absolute}"])
def test_a_given_name_must_be_of_a_folder_inside(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "photos"
    save_class_folders(folder)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ManifestError, match=r"--genuine-folder \(data\.genuine_folder\) names a folder in it"):
        find_class_folders(folder, {"genuine": name.format(absolute=folder / "genuine")})


def test_a_given_name_must_be_a_folder_and_not_that_of_both_classes(tmp_path: Path) -> None:
    save_class_folders(tmp_path)
    with pytest.raises(
        ManifestError, match=r"no folder 'good'; --genuine-folder .* folders are counterfeit/, genuine/"
    ):
        find_class_folders(tmp_path, {"genuine": "good"})
    with pytest.raises(ManifestError, match="'genuine' can't be the folder of both classes"):
        find_class_folders(tmp_path, {"genuine": "genuine", "counterfeit": "genuine"})


def test_the_refusal_names_the_folders_that_there_are(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "good", "bad")
    with pytest.raises(
        ManifestError, match=r"neither genuine/ nor counterfeit/\. Its folders are bad/, good/\. Rename"
    ):
        find_class_folders(tmp_path, {})


def test_the_refusal_names_the_folder_that_has_both_classes_and_the_table_beside(tmp_path: Path) -> None:
    save_class_folders(tmp_path / "train", "Real", "Fake")
    with pytest.raises(ManifestError, match="train/ has folders of that kind: give it instead"):
        find_class_folders(tmp_path, {})
    (tmp_path / "manifest.csv").write_text("photo,label\n")
    with pytest.raises(ManifestError, match=r"holds manifest\.csv: if that is the manifest, give the file"):
        find_class_folders(tmp_path, {})


def test_photos_of_an_unknown_folder_may_be_the_missing_class_and_are_not_dropped(tmp_path: Path) -> None:
    save_class_folders(tmp_path, "genuine", "knockoffs")
    with pytest.raises(
        ManifestError, match=r"no folder of counterfeit photos, and photos in knockoffs/.*--counterfeit"
    ):
        find_class_folders(tmp_path, {})


def test_one_class_alone_is_read_beside_a_folder_without_photos(tmp_path: Path) -> None:
    save_picture(tmp_path / "genuine" / "1.jpg", 1)
    (tmp_path / "notes").mkdir()
    found = find_class_folders(tmp_path, {})
    assert found.of_label == {"genuine": tmp_path / "genuine"}
    assert found.others == (tmp_path / "notes",)
