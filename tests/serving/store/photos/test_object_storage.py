from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable, Iterator

import pytest

from serving.errors import StoreUnavailable
from serving.store.photos.object_storage import ObjectStorage, ObjectStorageSettings, endpoint_of
from tests.serving.servers.object_storage import (
    CREDENTIALS,
    SECRET,
    Answers,
    Bucket,
    reachable,
    run_answering,
)
from vision.errors import ConfigError


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def endpoint(answers: Answers, aws_credentials: None) -> Iterator[str]:
    with run_answering(answers) as endpoint:
        yield endpoint


def storage(endpoint: str, **settings: object) -> ObjectStorage:
    return ObjectStorage("s3://bucket/prefix", reachable(endpoint, **settings))


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (404, "NoSuchBucket", "does not exist"),
        (403, "AccessDenied", "s3:ListBucket"),
        (403, "InvalidAccessKeyId", "AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY"),
        (400, "ExpiredToken", "renew"),
        (403, "RequestTimeTooSkewed", "clock"),
        (400, "AuthorizationHeaderMalformed", "object_storage.region"),
        (301, "PermanentRedirect", "object_storage.region"),
        (501, "NotImplemented", "object_storage.checksum"),
        (503, "SlowDown", "refused"),
    ],
)
def test_a_storage_that_refuses_is_found_at_start_with_what_to_change(
    answers: Answers, endpoint: str, status: int, code: str, advice: str
) -> None:
    answers.status, answers.code = status, code
    with pytest.raises(ConfigError, match=advice) as raised:
        storage(endpoint).refuse_unusable()
    assert "s3://bucket/prefix" in raised.value.message
    assert CREDENTIALS["AWS_ACCESS_KEY_ID"] not in raised.value.message
    assert SECRET not in raised.value.message


@pytest.mark.parametrize("call", ["put", "get", "size", "remove", "list"])
def test_every_call_says_that_the_storage_is_unavailable_and_quotes_no_credentials(
    answers: Answers, endpoint: str, call: str
) -> None:
    answers.status, answers.code = 403, "SignatureDoesNotMatch"
    calls: dict[str, Callable[[ObjectStorage], object]] = {
        "put": lambda found: found.put("x", b"data"),
        "get": lambda found: found.get("x"),
        "size": lambda found: found.size("x"),
        "remove": lambda found: found.remove(["x"]),
        "list": lambda found: list(found.list("photos")),
    }
    with pytest.raises(StoreUnavailable) as raised:
        calls[call](storage(endpoint))
    assert "403" in str(raised.value.__cause__)
    assert CREDENTIALS["AWS_ACCESS_KEY_ID"] not in f"{raised.value} {raised.value.__cause__!r}"


@pytest.mark.parametrize("call", ["get", "remove"])
def test_a_bucket_that_is_gone_is_not_a_missing_object(answers: Answers, endpoint: str, call: str) -> None:
    calls: dict[str, Callable[[ObjectStorage], object]] = {
        "get": lambda found: found.get("x"),
        "remove": lambda found: found.remove(["x"]),
    }
    answers.status, answers.code = 404, "NoSuchBucket"
    with pytest.raises(StoreUnavailable):
        calls[call](storage(endpoint))
    answers.code = "NoSuchKey"
    assert calls[call](storage(endpoint, bulk_delete=False)) is None


def test_a_busy_storage_is_asked_again_as_often_as_the_settings_say(answers: Answers, endpoint: str) -> None:
    answers.status, answers.code, answers.failures = 503, "SlowDown", 2
    storage(endpoint, retries=2).put("x", b"data")
    assert len(answers.requests) == 3
    answers.requests.clear()
    answers.failures = None
    with pytest.raises(StoreUnavailable):
        storage(endpoint, retries=1).put("x", b"data")
    assert len(answers.requests) == 2


def test_a_storage_that_is_not_there_is_unavailable_within_the_time_of_the_settings(aws_credentials: None) -> None:
    with run_answering(Answers()) as endpoint:
        pass
    start = time.monotonic()
    with pytest.raises(ConfigError, match="could not be reached"):
        storage(endpoint, retries=1).refuse_unusable()
    assert time.monotonic() - start < 30


def test_a_bucket_is_named_in_the_path_or_in_the_host(answers: Answers, endpoint: str) -> None:
    storage(endpoint).put("x", b"data")
    assert answers.requests == [("PUT", "/bucket/prefix/x")]
    assert endpoint_of("https://s3.example:9000/", "bucket", path_style=False) == "https://bucket.s3.example:9000"
    assert endpoint_of("https://s3.example/gateway", "bucket", path_style=True) == "https://s3.example/gateway"


@pytest.mark.parametrize("checksum", [True, False])
def test_an_upload_has_the_checksum_of_its_bytes_unless_the_settings_say_no(
    answers: Answers, endpoint: str, checksum: bool
) -> None:
    storage(endpoint, checksum=checksum).put("x", b"data")
    sha256 = hashlib.sha256(b"data")
    assert answers.headers["x-amz-content-sha256"] == sha256.hexdigest()  # signed: the storage verifies this, too
    expected = base64.b64encode(sha256.digest()).decode() if checksum else None
    assert answers.headers.get("x-amz-checksum-sha256") == expected


def test_folders_are_those_directly_below(bucket: Bucket) -> None:
    found = ObjectStorage(bucket.location, bucket.settings)
    for path in ("renditions/1/ab/x", "renditions/2/cd/y"):
        found.put(path, b"data")
    assert sorted(found.folders("renditions")) == ["renditions/1", "renditions/2"]
    assert found.folders("none") == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"endpoint": "minio:9000"}, "must be the address"),
        ({"endpoint": "https://key:secret@minio"}, "AWS_SECRET_ACCESS_KEY"),
        ({"endpoint": "http://minio:9000"}, "allow_http"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"retries": 11}, "retries"),
        ({"requests": 0}, "requests"),
    ],
)
def test_settings_that_cannot_work_are_refused_without_quoting_secrets(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        ObjectStorageSettings(**settings)  # type: ignore[arg-type]
    assert ":secret" not in raised.value.message
