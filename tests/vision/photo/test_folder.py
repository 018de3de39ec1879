from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from PIL import Image

from vision.photo.folder import describe_left_out, list_folder, list_folder_tree, walk_folder

FORMATS = {".jfif": "JPEG", ".JPE": "JPEG", ".pjpeg": "JPEG", "": "JPEG", ".hif": "PNG", ".txt": "WEBP", ".x": "AVIF"}


def save(file: Path, kind: str = "JPEG") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (16, 16), "teal").save(file, kind)
    return file


def names(paths: Iterable[Path], folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in paths]


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_photo_is_known_by_its_content(tmp_path: Path, suffix: str) -> None:
    photo = save(tmp_path / f"photo{suffix}", FORMATS[suffix])
    assert list_folder(tmp_path).photos == (photo,)


def test_a_damaged_photo_counts_as_one_so_that_it_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "page.HEIC").write_text("<html>not found</html>")
    assert names(list_folder(tmp_path).photos, tmp_path) == ["empty.jpg", "page.HEIC"]


def test_other_files_are_left_out_by_name_and_reason(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("bought in May")
    (tmp_path / "empty").touch()
    save(tmp_path / "scan.tif", "TIFF")
    save(tmp_path / "banner.gif", "GIF")
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "self.jpg").symlink_to(tmp_path / "self.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    found = list_folder(tmp_path)
    assert not found.photos
    assert describe_left_out(found.left_out, tmp_path) == (
        "left out 8 files: 3 not images (empty, notes.txt, pipe.jpg), "
        "3 not JPEG, PNG, WebP, AVIF or HEIC (banner.gif, clip.mp4, scan.tif), "
        "2 links to nothing (gone.jpg, self.jpg)"
    )


HIDDEN = ("@eaDir/a.jpg", ".thumbnails/b.jpg", "__MACOSX/c.jpg", "$RECYCLE.BIN/d.jpg", "#recycle/e.jpg")
HIDDEN_TOO = ("._IMG_1.jpg", ".DS_Store", "Thumbs.db", "desktop.ini", "Thumbnails/x/f.jpg", ".@__thumb/g.jpg")


@pytest.mark.parametrize("hidden", [*HIDDEN, *HIDDEN_TOO])
def test_hidden_files_and_thumbnails_are_left_out_and_counted(tmp_path: Path, hidden: str) -> None:
    photo = save(tmp_path / "front.jpg")
    save(tmp_path / hidden)
    found = list_folder_tree(tmp_path)
    assert found.photos == (photo,)
    assert describe_left_out(found.left_out, tmp_path) == "left out 1 file: 1 hidden or thumbnail"


def test_nothing_left_out_is_not_mentioned(tmp_path: Path) -> None:
    save(tmp_path / "front.jpg")
    (tmp_path / ".git").mkdir()
    assert describe_left_out(list_folder(tmp_path).left_out, tmp_path) == ""


def test_many_names_are_counted(tmp_path: Path) -> None:
    for number in range(7):
        (tmp_path / f"{number}.txt").touch()
    sentence = describe_left_out(list_folder(tmp_path).left_out, tmp_path)
    assert sentence == "left out 7 files: 7 not images (0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more)"


def test_a_folder_gives_its_own_photos_and_its_subfolders(tmp_path: Path) -> None:
    save(tmp_path / "offer 1" / "front.jpg")
    save(tmp_path / "offer 2" / "front.jpg")
    save(tmp_path / "b.jpg")
    save(tmp_path / "a.jpg")
    found = list_folder(tmp_path)
    assert names(found.photos, tmp_path) == ["a.jpg", "b.jpg"]
    assert names(found.folders, tmp_path) == ["offer 1", "offer 2"]


def test_a_tree_is_read_at_any_depth(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghij" * 4)
    save(deep / "deep.jpg")
    save(tmp_path / "top.jpg")
    assert names(list_folder_tree(tmp_path).photos, tmp_path) == [
        "a/" + "/".join("bcdefghij" + "abcdefghij" * 3) + "/deep.jpg",
        "top.jpg",
    ]


def test_links_are_followed_and_loops_of_links_end(tmp_path: Path) -> None:
    store = tmp_path / "store"
    photo = save(store / "0.jpg")
    listing = tmp_path / "listing"
    listing.mkdir()
    (listing / "front.jpg").symlink_to(photo)
    (listing / "all").symlink_to(store, target_is_directory=True)
    (listing / "again").symlink_to(store, target_is_directory=True)
    (store / "up").symlink_to(tmp_path, target_is_directory=True)
    (listing / "self").symlink_to(listing, target_is_directory=True)
    found = list_folder_tree(listing)
    assert len({file.resolve() for file in found.photos}) == 1
    assert [file.name for file in found.photos] == ["0.jpg", "front.jpg"]
    assert {one.reason for one in found.left_out} == {"read_already"}


def test_a_folder_keeps_its_own_name_where_a_link_leads_to_it_too(tmp_path: Path) -> None:
    save(tmp_path / "z" / "photo.jpg")
    (tmp_path / "a").symlink_to(tmp_path / "z", target_is_directory=True)
    assert names(list_folder_tree(tmp_path).photos, tmp_path) == ["z/photo.jpg"]


def test_folders_are_walked_in_order_each_with_its_own_photos_and_links_last(tmp_path: Path) -> None:
    for name in ("b/1.jpg", "a/x/1.jpg", "a/1.jpg", "c/1.jpg"):
        save(tmp_path / name)
    (tmp_path / "a" / "again").symlink_to(tmp_path / "c", target_is_directory=True)
    walked = list(walk_folder(tmp_path))
    assert names([place for place, _ in walked], tmp_path) == [".", "a", "a/x", "b", "c", "a/again"]
    assert [len(found.photos) for _, found in walked] == [0, 1, 1, 1, 1, 0]
    assert [one.reason for _, found in walked for one in found.left_out] == ["read_already"]


def test_a_folder_that_is_removed_while_others_are_read_is_left_out(tmp_path: Path) -> None:
    save(tmp_path / "a" / "1.jpg")
    (tmp_path / "b").mkdir()
    walk = walk_folder(tmp_path)
    next(walk)
    (tmp_path / "b").rmdir()
    assert [(place.name, [one.reason for one in found.left_out]) for place, found in walk] == [
        ("a", []),
        ("b", ["unreadable"]),
    ]


def test_a_name_that_is_not_utf_8_is_left_out_and_printable(tmp_path: Path) -> None:
    save(tmp_path / "front.jpg")
    (tmp_path / "front.jpg").rename(tmp_path / os.fsdecode(b"caf\xe9.jpg"))
    sentence = describe_left_out(list_folder(tmp_path).left_out, tmp_path)
    assert sentence == r"left out 1 file: 1 whose name is not UTF-8 (caf\udce9.jpg)"


def test_what_may_not_be_opened_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "photo").write_bytes(b"\xff\xd8\xff")
    refuse_root(monkeypatch, closed)
    assert describe_left_out(list_folder_tree(tmp_path).left_out, tmp_path) == (
        "left out 1 file: 1 can't be opened (closed)"
    )


def refuse_root(monkeypatch: pytest.MonkeyPatch, closed: Path) -> None:
    """Deny what mode 0 denies to everyone but root, whom tests in containers run as."""
    closed.chmod(0)
    listed = Path.iterdir

    def iterdir(self: Path) -> object:
        if self == closed:
            raise PermissionError(13, "Permission denied", str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
