from __future__ import annotations

import pytest

from serving.store.photos.storage_refusal import StorageRefusal

ANSWER = """Generic S3 error: Error performing PUT https://host/key in 3 ms - Server returned non-2xx status code: 403 \
Forbidden: <?xml version="1.0"?><Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDNOBODY</AWSAccessKeyId>
<StringToSign>AWS4-HMAC-SHA256</StringToSign></Error>

Debug source: ..."""


def test_what_may_be_logged_is_the_request_the_status_and_the_code() -> None:
    refusal = StorageRefusal.from_error(RuntimeError(ANSWER))
    assert str(refusal) == (
        "Generic S3 error: Error performing PUT https://host/key in 3 ms: status 403 SignatureDoesNotMatch"
    )
    assert (refusal.status, refusal.code) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("PUT x - Server returned non-2xx status code: 403 Forbidden: ", "s3:GetObject"),
        ("PUT x - Server returned non-2xx status code: 400 Bad: <Code>ExpiredToken</Code>", "renew"),
        ("PUT x - Server returned non-2xx status code: 503 Slow: <Code>SlowDown</Code>", "refused a request"),
        ("Received redirect without LOCATION, this normally indicates an incorrectly configured region", "region"),
        ("Error getting credentials from the metadata service", "AWS_ACCESS_KEY_ID"),
        ("error sending request\n\nDebug source", "could not be reached"),
    ],
)
def test_each_refusal_says_what_to_change(text: str, advice: str) -> None:
    assert advice in StorageRefusal.from_error(RuntimeError(text)).advice


def test_an_answer_without_an_end_is_cut() -> None:
    assert len(str(StorageRefusal.from_error(RuntimeError("x" * 10_000)))) <= 500
