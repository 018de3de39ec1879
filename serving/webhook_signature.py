"""Signatures of webhooks by Standard Webhooks 1.0.0: made by the server, verified by the receiver.

`v1` is HMAC-SHA256 by a secret that both sides have (`whsec_…`). `v1a` is ed25519: the server signs with its key
(`whsk_…`), and receivers verify with the public one (`whpk_…`). https://github.com/standard-webhooks/standard-webhooks
"""

from __future__ import annotations

import base64
import binascii
import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence

SECRET_PREFIX, SIGNING_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"
TOLERANCE_S = 300.0
SECRET_BYTES = 32  # the specification asks for 24 to 64
MAX_SIGNATURES = 32  # of one header: each costs the receiver a verification


class SignatureInvalid(Exception):
    """The webhook is not signed by any of the keys, or its time is too far from now."""


def verify(
    keys: Sequence[str],
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime.datetime | None = None,
    tolerance_s: float = TOLERANCE_S,
) -> None:
    """Raise SignatureInvalid unless one signature is by one of the keys, and its time is within the tolerance of now.

    `keys` are secrets (`whsec_…`) and public keys (`whpk_…`), `body` the bytes as received: JSON that was parsed and
    written again has other bytes. Names of headers count in any case. ValueError: a key is neither of the two.
    """
    accepts = [_verifier(key) for key in keys]
    found = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in ("webhook-id", "webhook-timestamp", "webhook-signature") if not found.get(name)]
    if missing:
        raise SignatureInvalid(f"the header {missing[0]} is missing")
    timestamp = found["webhook-timestamp"]
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureInvalid("the header webhook-timestamp is no time in seconds")
    seconds_off = int(timestamp) - (now or datetime.datetime.now(datetime.UTC)).timestamp()
    if abs(seconds_off) > tolerance_s:
        way = "behind" if seconds_off < 0 else "ahead"
        raise SignatureInvalid(f"the webhook is {abs(seconds_off):.0f} s {way}, over {tolerance_s:g}; check the clock")
    signed = _signed_bytes(found["webhook-id"], timestamp, body)
    for text in found["webhook-signature"].split(" ")[:MAX_SIGNATURES]:
        version, _, encoded = text.partition(",")
        try:
            signature = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            continue
        if any(accept(version, signature, signed) for accept in accepts):
            return
    raise SignatureInvalid("no signature of this webhook is by one of the keys given")


def sign(keys: Sequence[str], *, webhook_id: str, timestamp: datetime.datetime, body: bytes) -> str:
    """Give the header `webhook-signature`: one signature for each key, `whsec_…` or `whsk_…`, with spaces between."""
    signed = _signed_bytes(webhook_id, str(int(timestamp.timestamp())), body)
    return " ".join(_sign_with(key, signed) for key in keys)


def new_secret() -> str:
    """Give a random secret for `v1`."""
    return SECRET_PREFIX + _text(secrets.token_bytes(SECRET_BYTES))


def new_signing_key() -> str:
    """Give a random ed25519 key for `v1a`."""
    return SIGNING_PREFIX + _text(secrets.token_bytes(32))


def public_key_of(signing_key: str) -> str:
    """Give the public key by which receivers verify what this key signs."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.from_private_bytes(_bytes_of(signing_key, SIGNING_PREFIX))
    return PUBLIC_PREFIX + _text(private.public_key().public_bytes_raw())


def _signed_bytes(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{webhook_id}.{timestamp}.".encode() + body


def _sign_with(key: str, signed: bytes) -> str:
    if key.startswith(SIGNING_PREFIX):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private = Ed25519PrivateKey.from_private_bytes(_bytes_of(key, SIGNING_PREFIX))
        return "v1a," + _text(private.sign(signed))
    return "v1," + _text(_hmac(_bytes_of(key, SECRET_PREFIX), signed))


def _verifier(key: str) -> Callable[[str, bytes, bytes], bool]:
    """Give a function of version, signature and signed bytes: whether this key made the signature."""
    if not key.startswith(PUBLIC_PREFIX):
        secret = _bytes_of(key, SECRET_PREFIX)
        return lambda version, made, signed: version == "v1" and hmac.compare_digest(made, _hmac(secret, signed))
    from cryptography.exceptions import InvalidSignature  # where only secrets are used, nothing of it is imported
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    public = Ed25519PublicKey.from_public_bytes(_bytes_of(key, PUBLIC_PREFIX))

    def accept(version: str, made: bytes, signed: bytes) -> bool:
        if version != "v1a":
            return False
        try:
            public.verify(made, signed)
        except InvalidSignature:
            return False
        return True

    return accept


def _bytes_of(key: str, prefix: str) -> bytes:
    """Decode a key; the message never has the key, since messages are logged."""
    try:
        if key.startswith(prefix):
            encoded = key.removeprefix(prefix).rstrip("=")
            decoded = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
            if (len(decoded) >= 16) if prefix == SECRET_PREFIX else (len(decoded) == 32):
                return decoded
    except (binascii.Error, ValueError):
        pass
    raise ValueError(f"not a webhook key: one begins with {prefix} and goes on in base64, as the server gave it")


def _hmac(secret: bytes, signed: bytes) -> bytes:
    return hmac.new(secret, signed, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
