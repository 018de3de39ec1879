from __future__ import annotations

import pytest

from serving.evidence.provenance.source_types import mark_of


@pytest.mark.parametrize(
    ("source", "kind", "claims"),
    [
        ("http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia", "generated", True),
        ("https://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia/", "composite", True),
        ("digitalCapture", "captured", False),
        ("http://example.com/newType", "other", False),
    ],
)
def test_a_source_type_has_a_kind_and_words(source: str, kind: str, claims: bool) -> None:
    mark = mark_of("IPTC", source)
    assert (mark.kind, mark.claims_generation) == (kind, claims)
    assert len(mark_of("C2PA", "x" * 10_000).text) < 400
