from __future__ import annotations

import pytest

from serving.evidence.provenance.c2pa_marks import UNREADABLE, read_c2pa
from tests.serving.builders.sample_photos import jpeg
from tests.serving.evidence.generated_photos import with_c2pa


def test_a_generated_picture_is_named_with_its_program_and_whether_the_signature_holds() -> None:
    (mark,) = read_c2pa(with_c2pa())
    assert mark.claims_generation
    assert mark.text.startswith("trainedAlgorithmicMedia: made by a generative model")
    assert "the manifest's signature holds, by a signer that was not checked" in mark.text
    assert "made by 'Example Generator'" in mark.text


def test_a_changed_picture_keeps_its_mark_and_the_mark_says_that_it_does_not_hold() -> None:
    changed = bytearray(with_c2pa())
    changed[-20] ^= 1
    (mark,) = read_c2pa(bytes(changed))
    assert "the manifest does not hold for this file" in mark.text


@pytest.mark.parametrize("photo", [jpeg(), b"", b"c2pa", b"\xff\xd8 c2pa", jpeg() + b"c2pa"])
def test_photos_without_a_manifest_have_no_mark(photo: bytes) -> None:
    assert read_c2pa(photo) == ()


def test_a_manifest_that_cannot_be_read_is_a_mark_by_itself() -> None:
    photo = with_c2pa()
    place = photo.index(b"c2pa.claim")
    assert read_c2pa(photo[:place] + bytes(10) + photo[place + 10 :]) == (UNREADABLE,)
