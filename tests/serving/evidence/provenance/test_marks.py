from __future__ import annotations

from serving.evidence.provenance.marks import NO_PROOF, read_marks
from tests.serving.builders.sample_photos import jpeg
from tests.serving.evidence.generated_photos import TRAINED, with_c2pa, with_xmp, xmp_of


def test_marks_of_both_standards_are_read_and_are_no_proof() -> None:
    packet = xmp_of(f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{TRAINED}"/>')
    assert [mark.standard for mark in read_marks(with_c2pa())] == ["C2PA"]
    assert [mark.standard for mark in read_marks(with_xmp(packet))] == ["IPTC"]
    assert read_marks(jpeg()) == ()
    assert "never proof" in NO_PROOF
