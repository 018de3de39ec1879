import json
from pathlib import Path

import numpy as np
import pytest

from tests.builders.bundle import write_tiny_bundle
from tests.builders.references import BLUE, PURPLE, RED, add_tiny_references, jpeg_of
from vision.bundle.bundle import Bundle, read_bundle, seal_bundle
from vision.bundle.references import (
    EMBEDDINGS_FILE,
    INDEX_FILE,
    Neighbour,
    Reference,
    read_references,
    remove_references,
)
from vision.detector import Detector
from vision.errors import BundleChecksumMismatch, BundleError, BundleFormatUnknown, ReferenceUnknown
from vision.explain.crop_embedding import embed_crops
from vision.inference.scorer import Scorer


@pytest.fixture
def stocked(tmp_path: Path) -> tuple[Bundle, tuple[Reference, ...]]:
    """A genuine red, a counterfeit blue and a counterfeit purple reference."""
    bundle = write_tiny_bundle(tmp_path / "bundle", products=("toy", "mug"))
    return add_tiny_references(bundle, [("genuine", RED), ("counterfeit", BLUE), ("counterfeit", PURPLE)])


def change_index(bundle: Bundle, **values: object) -> Bundle:
    file = bundle.folder / INDEX_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
    return seal_bundle(bundle.folder, bundle.metadata)


def test_a_bundle_without_references_has_an_empty_bank(tmp_path: Path) -> None:
    bank = read_references(write_tiny_bundle(tmp_path / "bundle"))
    assert bank.references == ()
    assert not bank.has_any("toy")
    assert bank.nearest(np.ones(4, np.float32), product="toy", label="genuine") is None


def test_references_are_sealed_and_read_back(stocked: tuple[Bundle, tuple[Reference, ...]]) -> None:
    bundle, written = stocked
    bank = read_references(read_bundle(bundle.folder))
    assert bank.references == written
    assert bank.embeddings.shape == (3, 4)
    assert bundle.files[written[0].file] == written[0].sha256
    assert bank.image(written[1]) == jpeg_of(BLUE)
    Detector(bundle)  # judges as ever


def test_the_nearest_is_of_the_product_and_label_with_its_cosine(
    stocked: tuple[Bundle, tuple[Reference, ...]],
) -> None:
    bundle, (red, blue, purple) = stocked
    bank = read_references(bundle)
    (blueish,) = embed_crops(Scorer(bundle), bundle, [jpeg_of((60, 40, 190))])
    near = bank.nearest(blueish, product="toy", label="counterfeit")
    assert isinstance(near, Neighbour)
    assert near.reference == blue
    assert near.similarity == pytest.approx(float(bank.embeddings[1] @ blueish))
    assert 0.99 < near.similarity <= 1.001
    assert (bank.nearest(blueish, product="toy", label="genuine") or near).reference == red
    (purplish,) = embed_crops(Scorer(bundle), bundle, [jpeg_of((130, 40, 120))])
    assert (bank.nearest(purplish, product="toy", label="counterfeit") or near).reference == purple
    assert bank.nearest(blueish, product="mug", label="genuine") is None


def test_an_erased_reference_leaves_a_mark_and_nothing_else(stocked: tuple[Bundle, tuple[Reference, ...]]) -> None:
    bundle, (red, blue, _) = stocked
    running = read_references(bundle)
    assert remove_references(bundle.folder, [blue.id]) == (blue,)
    sealed = read_bundle(bundle.folder)
    bank = read_references(sealed)
    assert sealed.sha256 != bundle.sha256
    assert blue.file not in sealed.files
    assert not (bundle.folder / blue.file).exists()
    assert bank.references[1].removed_at is not None
    assert bank.references[1].listing is None
    assert bank.references[0] == red
    assert not bank.embeddings[1].any()
    assert bank.find(blue.id) is None
    assert running.find(blue.id) is None, "a server that read the bundle before shows it no more"
    near = running.nearest(running.embeddings[1], product="toy", label="counterfeit")
    assert near is not None
    assert near.reference.id != blue.id


def test_all_of_a_listings_references_can_be_erased_and_erasing_again_changes_nothing(
    stocked: tuple[Bundle, tuple[Reference, ...]],
) -> None:
    bundle, (red, *_) = stocked
    assert remove_references(bundle.folder, listings=["L0"]) == (red,)
    once = read_bundle(bundle.folder)
    assert remove_references(bundle.folder, [red.id]) == ()
    assert read_bundle(bundle.folder).sha256 == once.sha256


def test_a_bundle_whose_references_are_all_erased_still_loads(
    stocked: tuple[Bundle, tuple[Reference, ...]],
) -> None:
    bundle, written = stocked
    remove_references(bundle.folder, [one.id for one in written])
    assert not read_references(read_bundle(bundle.folder)).has_any("toy")


def test_what_is_not_there_can_not_be_erased(stocked: tuple[Bundle, tuple[Reference, ...]]) -> None:
    bundle, _ = stocked
    with pytest.raises(ReferenceUnknown, match="no reference 'nope' among its 3"):
        remove_references(bundle.folder, ["nope"])
    with pytest.raises(ReferenceUnknown, match="no listing 'L9'"):
        remove_references(bundle.folder, listings=["L9"])


def test_an_image_deleted_by_hand_or_changed_is_refused_at_load(
    stocked: tuple[Bundle, tuple[Reference, ...]],
) -> None:
    bundle, (red, *_) = stocked
    image = bundle.folder / red.file
    image.write_bytes(b"other")
    with pytest.raises(BundleChecksumMismatch):
        read_bundle(bundle.folder)
    with pytest.raises(BundleError, match="not the sealed file"):
        read_references(seal_bundle(bundle.folder, bundle.metadata))


def test_an_index_of_another_format_is_refused(stocked: tuple[Bundle, tuple[Reference, ...]]) -> None:
    with pytest.raises(BundleFormatUnknown, match="format_version '2'"):
        read_references(change_index(stocked[0], format_version=2))


def test_an_index_and_embeddings_that_disagree_are_refused(stocked: tuple[Bundle, tuple[Reference, ...]]) -> None:
    bundle, _ = stocked
    np.save(bundle.folder / EMBEDDINGS_FILE, np.zeros((2, 4), np.float16))
    with pytest.raises(BundleError, match="a row for each of the 3"):
        read_references(seal_bundle(bundle.folder, bundle.metadata))
    (bundle.folder / EMBEDDINGS_FILE).write_bytes(b"no array")
    with pytest.raises(BundleError, match="no array"):
        read_references(seal_bundle(bundle.folder, bundle.metadata))
