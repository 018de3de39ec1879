from __future__ import annotations

import pytest

from serving.evidence.provenance.xmp import MAX_BYTES, read_xmp
from tests.serving.builders.sample_photos import jpeg
from tests.serving.evidence.generated_photos import TRAINED, with_xmp, xmp_of


@pytest.mark.parametrize(
    "inner",
    [
        f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{TRAINED}"/>',
        f"<rdf:Description><Iptc4xmpExt:DigitalSourceType>{TRAINED}</Iptc4xmpExt:DigitalSourceType></rdf:Description>",
        f'<rdf:Description><Iptc4xmpExt:DigitalSourceType rdf:resource="{TRAINED}"/></rdf:Description>',
    ],
)
def test_each_way_of_writing_the_source_type_is_read(inner: str) -> None:
    (mark,) = read_xmp(with_xmp(xmp_of(inner)))
    assert (mark.standard, mark.kind) == ("IPTC", "generated")


def test_entities_are_refused_and_depth_is_bounded() -> None:
    entity = '<!DOCTYPE x [<!ENTITY a "boom"><!ENTITY b "&a;&a;">]>'
    inner = f'<rdf:Description Iptc4xmpExt:DigitalSourceType="{TRAINED}"/>'
    assert read_xmp(with_xmp(entity + xmp_of(inner)))  # before the packet it is no part of it
    assert read_xmp(with_xmp(xmp_of(inner, prolog=entity))) == ()
    assert read_xmp(with_xmp(xmp_of("<a>" * 100 + inner + "</a>" * 100))) == ()


@pytest.mark.parametrize(
    "photo", [jpeg(), b"<x:xmpmeta", b"<x:xmpmeta" + bytes(MAX_BYTES) + b"</x:xmpmeta>", b"<x:xmpmeta></x:xmpmeta>"]
)
def test_photos_without_a_source_type_and_damaged_packets_have_no_mark(photo: bytes) -> None:
    assert read_xmp(photo) == ()
