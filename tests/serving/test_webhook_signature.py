from __future__ import annotations

import base64
import datetime
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from serving.webhook_signature import (
    SignatureInvalid,
    new_secret,
    new_signing_key,
    public_key_of,
    sign,
    verify,
)

# The specification's repository: TestSymmetricWebhookSign and TestAsymmetricWebhookSign of libraries/go.
VECTOR_ID, VECTOR_BODY = "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}'
VECTOR_TIME = datetime.datetime.fromtimestamp(1614265330, datetime.UTC)
V1_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
V1_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
V1A_KEY = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
V1A_SIGNATURE = "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="

NOW = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
EVENT = {
    "id": "evt_1", "sequence": 7, "type": "job.completed", "timestamp": "2026-05-01T12:00:00.000Z", "product": None,
    "data": {"job_id": "j"}, "left_out": [],
}  # fmt: skip
BODY = json.dumps(EVENT).encode()


def headers(*keys: str, at: datetime.datetime = NOW, body: bytes = BODY) -> dict[str, str]:
    return {
        "Webhook-Id": "evt_1",
        "WEBHOOK-TIMESTAMP": str(int(at.timestamp())),
        "webhook-signature": sign(keys, webhook_id="evt_1", timestamp=at, body=body),
    }


def test_signatures_are_those_of_the_specification() -> None:
    made = sign([V1_SECRET, V1A_KEY], webhook_id=VECTOR_ID, timestamp=VECTOR_TIME, body=VECTOR_BODY)
    assert made == f"{V1_SIGNATURE} {V1A_SIGNATURE}"
    for key, signature in ((V1_SECRET, V1_SIGNATURE), (public_key_of(V1A_KEY), V1A_SIGNATURE)):
        sent = {"webhook-id": VECTOR_ID, "webhook-timestamp": "1614265330", "webhook-signature": signature}
        verify([key], sent, VECTOR_BODY, now=VECTOR_TIME)


def test_the_reference_library_accepts_ours_and_we_accept_its_own() -> None:
    secret, now = new_secret(), datetime.datetime.now(datetime.UTC)
    assert Webhook(secret).verify(BODY, headers(secret, at=now)) == EVENT
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(BODY, headers(secret, at=now))
    theirs = Webhook(secret).sign("evt_1", now, BODY.decode())
    verify([secret], {**headers(secret, at=now), "webhook-signature": theirs}, BODY, now=now)


def test_the_public_key_is_that_of_the_signing_key() -> None:
    key = new_signing_key()
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix("whsk_")))
    public = base64.b64decode(public_key_of(key).removeprefix("whpk_"))
    assert public == private.public_key().public_bytes_raw()


def test_of_several_signatures_and_several_keys_one_pair_is_enough() -> None:
    old, new, key = new_secret(), new_secret(), new_signing_key()
    sent = headers(old, new, key)
    for known in ([old], [new], [public_key_of(key)], [new_secret(), new], [public_key_of(new_signing_key()), old]):
        verify(known, sent, BODY, now=NOW)
    with pytest.raises(SignatureInvalid, match="by one of the keys"):
        verify([new_secret(), public_key_of(new_signing_key())], sent, BODY, now=NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_webhook_of_more_than_five_minutes_ago_or_ahead_is_refused(seconds: int) -> None:
    secret = new_secret()
    at = NOW + datetime.timedelta(seconds=seconds)
    with pytest.raises(SignatureInvalid, match=r"301 s (behind|ahead)"):
        verify([secret], headers(secret, at=at), BODY, now=NOW)
    verify([secret], headers(secret, at=NOW + datetime.timedelta(seconds=seconds // 301 * 300)), BODY, now=NOW)


@pytest.mark.parametrize(
    "changed",
    [
        {"Webhook-Id": "evt_2"},
        {"WEBHOOK-TIMESTAMP": str(int(NOW.timestamp()) + 1)},
        {"WEBHOOK-TIMESTAMP": "yesterday"},
        {"WEBHOOK-TIMESTAMP": "-1"},
        {"WEBHOOK-TIMESTAMP": "٣"},
        {"WEBHOOK-TIMESTAMP": "9" * 400},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v1,é"},
    ],
)
def test_what_was_changed_on_the_way_is_refused(changed: dict[str, str]) -> None:
    secret = new_secret()
    with pytest.raises(SignatureInvalid):
        verify([secret], {**headers(secret), **changed}, BODY, now=NOW)


def test_a_changed_body_is_refused() -> None:
    secret, key = new_secret(), new_signing_key()
    for known in (secret, public_key_of(key)):
        with pytest.raises(SignatureInvalid, match="by one of the keys"):
            verify([known], headers(secret, key), BODY + b" ", now=NOW)


def test_a_signature_counts_for_its_own_scheme_only() -> None:
    secret, key = new_secret(), new_signing_key()
    symmetric, asymmetric = (headers(each)["webhook-signature"].partition(",")[2] for each in (secret, key))
    with pytest.raises(SignatureInvalid):
        verify([secret], {**headers(secret), "webhook-signature": f"v1a,{symmetric}"}, BODY, now=NOW)
    with pytest.raises(SignatureInvalid):
        verify([public_key_of(key)], {**headers(key), "webhook-signature": f"v1,{asymmetric}"}, BODY, now=NOW)


@pytest.mark.parametrize("key", ["", "secret", "whsec_", "whsec_AAAA", "whsec_%%%", "whpk_AAAA", "whsk_" + "A" * 43])
def test_a_key_of_another_form_is_a_fault_of_the_caller_and_is_not_shown(key: str) -> None:
    with pytest.raises(ValueError, match="not a webhook key") as raised:
        verify([key], headers(new_secret()), BODY, now=NOW)
    assert len(key) < 7 or key not in str(raised.value)
