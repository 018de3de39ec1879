from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from serving.evidence.signing.algorithms import ECDSA, RSA, algorithm_of, sign_sha256, signature_holds

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
DIGEST = hashlib.sha256(b"an archive").digest()
P256 = ec.generate_private_key(ec.SECP256R1())
RSA_2048 = rsa.generate_private_key(65537, 2048)


def test_keys_that_pdf_readers_verify_have_an_algorithm_and_others_have_none() -> None:
    assert [algorithm_of(key) for key in (P256, P256.public_key(), RSA_2048)] == [ECDSA, ECDSA, RSA]
    others = (ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate(), "text")
    assert [algorithm_of(key) for key in others] == [None, None, None]


@pytest.mark.parametrize("key", [P256, RSA_2048])
def test_a_digest_has_one_signature_and_it_holds_for_that_digest_alone(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
) -> None:
    signature = sign_sha256(key, DIGEST)
    assert signature == sign_sha256(key, DIGEST)
    assert signature_holds(key.public_key(), signature, DIGEST)
    assert not signature_holds(key.public_key(), signature, hashlib.sha256(b"another").digest())
    assert not signature_holds(key.public_key(), signature + b"\0", DIGEST)
    assert not signature_holds(key.public_key(), b"no signature", DIGEST)


def test_the_other_valid_encoding_of_an_ecdsa_signature_does_not_hold() -> None:
    r, s = decode_dss_signature(sign_sha256(P256, DIGEST))
    assert not signature_holds(P256.public_key(), encode_dss_signature(r, ORDER - s), DIGEST)
