import dataclasses
import hashlib
import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import tiny_thresholds, write_tiny_bundle
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle, seen_photos, write_seen_photos
from vision.errors import BundleChecksumMismatch, BundleError, BundleFormatUnknown


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write_tiny_bundle(tmp_path / "bundle", seen=["ab" * 32, "cd" * 32])


def rewrite(bundle: Bundle, change: Callable[[dict[str, object]], object]) -> Path:
    path = bundle.folder / "bundle.json"
    table = json.loads(path.read_text())
    change(table)
    path.write_text(json.dumps(table))
    return bundle.folder


def keep_only(table: dict[str, object], **kept: object) -> None:
    table.clear()
    table.update(kept)


# --- sealing and reading


def test_a_sealed_bundle_reads_back_the_same(bundle: Bundle) -> None:
    assert read_bundle(bundle.folder) == bundle


def test_every_file_is_hashed_in_folders_too(bundle: Bundle) -> None:
    (bundle.folder / "references").mkdir()
    (bundle.folder / "references" / "crop 1.jpg").write_bytes(b"crop")
    sealed = seal_bundle(bundle.folder, bundle.metadata)
    assert sealed.files["references/crop 1.jpg"] == hashlib.sha256(b"crop").hexdigest()
    assert set(sealed.files) == {"card.html", "model.onnx", "seen_photos.txt", "references/crop 1.jpg"}
    assert read_bundle(bundle.folder).read_file("references/crop 1.jpg") == b"crop"


def test_the_bundles_own_hash_is_that_of_its_record(bundle: Bundle) -> None:
    data = (bundle.folder / "bundle.json").read_bytes()
    assert bundle.sha256 == hashlib.sha256(data).hexdigest()


def test_sealing_leaves_nothing_but_the_record_behind(bundle: Bundle) -> None:
    names = {path.name for path in bundle.folder.iterdir()}
    assert names == {"bundle.json", "card.html", "model.onnx", "seen_photos.txt"}


def test_hidden_files_are_neither_sealed_nor_missed(bundle: Bundle) -> None:
    (bundle.folder / ".DS_Store").write_bytes(b"x")
    assert ".DS_Store" not in seal_bundle(bundle.folder, bundle.metadata).files


def test_a_link_can_not_be_sealed(bundle: Bundle) -> None:
    (bundle.folder / "link.html").symlink_to(bundle.folder / "card.html")
    with pytest.raises(BundleError, match=r"link\.html is a link"):
        seal_bundle(bundle.folder, bundle.metadata)


def test_a_graph_that_is_not_there_can_not_be_sealed(bundle: Bundle) -> None:
    (bundle.folder / "model.onnx").unlink()
    with pytest.raises(BundleError, match=r"lacks model\.onnx"):
        seal_bundle(bundle.folder, bundle.metadata)


def test_a_failed_seal_keeps_the_record_that_was_there(bundle: Bundle) -> None:
    before = (bundle.folder / "bundle.json").read_bytes()
    broken = dataclasses.replace(bundle.metadata, evidence_bias=math.nan)
    with pytest.raises(BundleError, match="evidence_bias"):
        seal_bundle(bundle.folder, broken)
    assert (bundle.folder / "bundle.json").read_bytes() == before


def test_thresholds_that_no_data_supports_survive_the_round_trip(bundle: Bundle) -> None:
    graph = dataclasses.replace(bundle.metadata.graphs[0], thresholds={"*": tiny_thresholds(-math.inf, math.inf)})
    sealed = seal_bundle(bundle.folder, dataclasses.replace(bundle.metadata, graphs=(graph,)))
    assert read_bundle(bundle.folder) == sealed
    assert sealed.metadata.graphs[0].thresholds["*"].genuine_above == math.inf


def test_metrics_may_hold_numpy_numbers_and_what_is_no_number_becomes_null(bundle: Bundle) -> None:
    metrics = {"auroc": np.float32(0.5), "n": np.int64(3), "none": math.nan, "curve": np.array([0.0, 1.0])}
    sealed = seal_bundle(bundle.folder, dataclasses.replace(bundle.metadata, metrics=metrics))
    assert sealed.metadata.metrics == {"auroc": 0.5, "n": 3, "none": None, "curve": [0.0, 1.0]}
    assert read_bundle(bundle.folder) == sealed


# --- what is refused


def test_a_folder_without_a_record_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"touchstone train"):
        read_bundle(tmp_path)
    with pytest.raises(BundleError, match=r"is no bundle"):
        read_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', '{"format_version": NaN}', "[" * 100_000, "\xff"])
def test_a_record_that_is_no_json_table_is_refused(bundle: Bundle, text: str) -> None:
    (bundle.folder / "bundle.json").write_text(text, encoding="latin-1")
    with pytest.raises(BundleError, match="no JSON"):
        read_bundle(bundle.folder)


@pytest.mark.parametrize("version", [0, 3, "1", True, None, [1]])
def test_an_unknown_format_version_is_refused_before_anything_else(bundle: Bundle, version: object) -> None:
    folder = rewrite(bundle, lambda table: keep_only(table, format_version=version))
    with pytest.raises(BundleFormatUnknown, match="this Touchstone reads 1 and 2") as caught:
        read_bundle(folder)
    assert caught.value.code == "bundle_format_unknown"


def test_a_new_bundle_has_the_newest_format_and_one_of_the_first_is_still_read(bundle: Bundle, tmp_path: Path) -> None:
    assert json.loads((bundle.folder / "bundle.json").read_text())["format_version"] == 2
    assert read_bundle(write_tiny_bundle(tmp_path / "older", format_version=1).folder).metadata.format_version == 1


def test_a_missing_file_is_named(bundle: Bundle) -> None:
    (bundle.folder / "card.html").unlink()
    with pytest.raises(BundleError, match=r"lacks card\.html"):
        read_bundle(bundle.folder)


@pytest.mark.parametrize("name", ["model.onnx", "card.html", "seen_photos.txt"])
def test_extra_bytes_in_a_file_are_a_checksum_mismatch(bundle: Bundle, name: str) -> None:
    with (bundle.folder / name).open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(BundleChecksumMismatch, match=name) as caught:
        read_bundle(bundle.folder)
    assert caught.value.code == "bundle_checksum_mismatch"


def test_a_file_changed_after_loading_is_not_used(bundle: Bundle) -> None:
    loaded = read_bundle(bundle.folder)
    (bundle.folder / "card.html").write_bytes(b"changed")
    with pytest.raises(BundleChecksumMismatch):
        loaded.read_file("card.html")


def test_a_file_that_the_record_does_not_list_is_never_read(bundle: Bundle) -> None:
    (bundle.folder / "stray.txt").write_text("stray")
    loaded = read_bundle(bundle.folder)
    with pytest.raises(BundleError, match=r"no file 'stray\.txt'"):
        loaded.read_file("stray.txt")


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "a/../../b", "a\\b", "C:/x", "", ".", "a//b", "bundle.json", "a\0b", "./a"]
)
def test_a_name_that_leaves_the_folder_is_refused(bundle: Bundle, name: str) -> None:
    (bundle.folder.parent / "secret").write_bytes(b"")
    folder = rewrite(bundle, lambda table: table["files"].update({name: hashlib.sha256(b"").hexdigest()}))  # type: ignore[attr-defined]
    with pytest.raises(BundleError, match="no name of a file inside a bundle"):
        read_bundle(folder)


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("name", 3, r"bundle\.json\.name is '3': expected text"),
        ("products", "toy", r"bundle\.json\.products is 'toy': expected a list"),
        ("products", [], "name each product"),
        ("products", ["toy", "toy"], "once"),
        ("products", [1], r"products\[0\]"),
        ("geometry", {"size_px": 64.5}, r"geometry\.size_px is '64.5': expected a whole number"),
        ("geometry", {"size_px": True}, r"geometry\.size_px"),
        ("geometry", {"size_px": 4}, "16 to 2048"),
        ("geometry", {}, r"geometry lacks the key 'size_px'"),
        ("geometry", None, r"geometry is 'None': expected a table"),
        ("evidence_bias", "0", r"evidence_bias is '0': expected a number"),
        ("evidence_bias", 10**400, r"evidence_bias"),
        ("authenticity_kind", "sure", r"authenticity_kind is 'sure': expected one of 'calibrated', 'conformal'"),
        ("authenticity_kind", "conformal", r"graph model\.onnx lacks genuine_logits"),
        ("listing_rule", "max", r"listing_rule is 'max'"),
        ("graphs", [], "no fp32 graph"),
        ("graphs", [{"file": "../x"}], "lacks the key"),
        ("files", {"card.html": 3}, r"files\.card\.html"),
        ("files", [], r"files is '\[\]'"),
        ("files", {}, r"lacks model\.onnx"),
    ],
)
def test_a_wrong_value_in_the_record_is_named(bundle: Bundle, key: str, value: object, named: str) -> None:
    folder = rewrite(bundle, lambda table: table.update({key: value}))
    with pytest.raises(BundleError, match=named):
        read_bundle(folder)


def test_a_missing_key_is_named_and_an_additional_one_ignored(bundle: Bundle) -> None:
    assert read_bundle(rewrite(bundle, lambda table: table.update(from_the_future=1))).metadata == bundle.metadata
    with pytest.raises(BundleError, match="lacks the key 'data_hash'"):
        read_bundle(rewrite(bundle, lambda table: table.pop("data_hash")))


def test_an_older_bundle_has_no_cap_and_no_thresholds_for_one_photo(bundle: Bundle) -> None:
    table = json.loads((bundle.folder / "bundle.json").read_text())
    (graph,) = table["graphs"]
    del graph["one_photo_thresholds"]
    for entry in graph["listing_calibrations"]:
        del entry["genuine"], entry["counterfeit"]
    (bundle.folder / "bundle.json").write_text(json.dumps(table))
    older = read_bundle(bundle.folder).metadata.graphs[0]
    assert older.listing_calibration(1).bounds(0.5, older.thresholds["*"]) == (-math.inf, math.inf)
    assert older.thresholds_for("toy", one_photo=True) == older.thresholds_for("toy")


# --- photos that were seen


def test_seen_photos_are_kept_as_sixteen_digits_of_their_hash(bundle: Bundle) -> None:
    assert seen_photos(bundle) == {"ab" * 8, "cd" * 8}


def test_seen_photos_are_written_sorted_and_once(tmp_path: Path) -> None:
    write_seen_photos(tmp_path, ["ff" * 32, "00" * 32, "ff" * 32])
    assert (tmp_path / "seen_photos.txt").read_text() == "00" * 8 + "\n" + "ff" * 8 + "\n"


def test_a_bundle_without_a_list_saw_nothing(bundle: Bundle) -> None:
    (bundle.folder / "seen_photos.txt").unlink()
    assert seen_photos(seal_bundle(bundle.folder, bundle.metadata)) == frozenset()
