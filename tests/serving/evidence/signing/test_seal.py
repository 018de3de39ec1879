from __future__ import annotations

import hashlib

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding

from serving.evidence.signing.seal import SEAL_BYTES, container_text, find_seal, read_container, seal_container
from tests.serving.evidence.evidence_keys import key_pair, small_pdf

CERTIFICATE = x509.Certificate.load(key_pair().certificate.public_bytes(Encoding.DER))
DIGEST = hashlib.sha256(b"a PDF").digest()


def test_a_container_is_the_same_for_the_same_three_and_gives_them_back() -> None:
    container = seal_container(CERTIFICATE, DIGEST, b"signature").dump()
    assert container == seal_container(CERTIFICATE, DIGEST, b"signature").dump()
    text = container_text(container)
    assert len(text) == 2 * SEAL_BYTES + 2
    certificate, signature = read_container(text)
    assert (certificate.dump(), signature) == (CERTIFICATE.dump(), b"signature")


def test_what_is_no_container_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="non-hexadecimal"):
        read_container(b"<no hex>")


def test_the_seal_is_found_only_where_it_covers_the_whole_file() -> None:
    data = small_pdf()
    version, (first, end) = find_seal(data) or (0, (0, 0))
    assert version == 1
    assert data[first : first + 1] + data[end - 1 : end] == b"<>"
    assert find_seal(data + b"\n") is None
    assert find_seal(data[:-1]) is None
    assert find_seal(b"%PDF-1.7") is None
