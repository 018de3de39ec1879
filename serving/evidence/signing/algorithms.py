"""Signs bytes and verifies signatures by the key of a certificate, so that one content has one encoding of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

ECDSA: Final = "ecdsa-p256-sha256"
RSA: Final = "rsa-pkcs1v15-sha256"
_MIN_RSA_BITS: Final = 2048
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256: FIPS 186-5, SP 800-186


def algorithm_of(key: object) -> str | None:
    """Name how a private or public key signs; None for keys that PDF readers don't commonly verify."""
    if isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1":
        return ECDSA
    if isinstance(key, rsa.RSAPrivateKey | rsa.RSAPublicKey) and key.key_size >= _MIN_RSA_BITS:
        return RSA
    return None


def sign_sha256(key: PrivateKey, digest: bytes) -> bytes:
    """Sign a SHA-256. The same digest always gets the same signature.

    ECDSA by RFC 6979 and with the smaller of the two values of s that are both valid, so that no other encoding holds.
    """
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
    signature = key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256()), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDER - s))


def signature_holds(key: PublicKey, signature: bytes, digest: bytes) -> bool:
    """Whether a signature is the one that `sign_sha256` could have given for this digest."""
    check: Callable[[], None]
    if isinstance(key, rsa.RSAPublicKey):
        rsa_key = key
        check = lambda: rsa_key.verify(signature, digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))  # noqa: E731
    else:
        ec_key = key
        try:
            r, s = decode_dss_signature(signature)
        except ValueError:
            return False
        if s > _ORDER - s or encode_dss_signature(r, s) != signature:
            return False
        check = lambda: ec_key.verify(signature, digest, ec.ECDSA(Prehashed(hashes.SHA256())))  # noqa: E731
    try:
        check()
    except InvalidSignature:
        return False
    return True
