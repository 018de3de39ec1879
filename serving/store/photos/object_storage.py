"""An S3-compatible object storage: a bucket and a prefix in it, called by obstore, with its errors in our words.

obstore is called by its blocking functions, from threads of our own: its asyncio functions (0.12) sometimes abort the
interpreter when the process ends, 6 times of 30 in a loop.
"""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import S3Store

from serving.errors import StoreUnavailable
from serving.store.photos.storage_refusal import MISSING_BUCKET, StorageRefusal
from vision.config.read import setting
from vision.errors import ConfigError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Config

SCHEME: Final = "s3://"
LIST_CHUNK: Final = 500
_PROBE: Final = "probe"  # a small object that shows whether objects can be written
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStorageSettings:
    """How an S3-compatible storage is reached; the credentials come from the environment."""

    endpoint: str | None = setting(
        None,
        help="Address of the storage, such as `https://minio.example:9000`; not set: that of Amazon S3 in the region.",
    )
    region: str = setting("us-east-1", help="Region of the bucket; most other storages than Amazon's take any.")
    path_style: bool = setting(
        True,
        help="Name the bucket in the path (`https://host/bucket/key`), which most storages expect; false: in the host "
        "(`https://bucket.host/key`).",
    )
    allow_http: bool = setting(
        False, help="Take an `endpoint` without TLS: photos and signatures then cross the network in the clear."
    )
    checksum: bool = setting(
        True,
        help="Send each photo's SHA-256 as `x-amz-checksum-sha256`, which the storage verifies and keeps; false for a "
        "storage that refuses the header.",
    )
    bulk_delete: bool = setting(
        True, help="Delete up to 1,000 objects by one request; false for a storage without `DeleteObjects`."
    )
    connect_timeout_s: float = setting(3.0, help="Maximum seconds until a connection is open.")
    timeout_s: float = setting(10.0, help="Maximum seconds of one request.")
    retries: int = setting(3, help="How often a failed request is repeated, after 0.1 s and then ever longer.")
    retry_timeout_s: float = setting(20.0, help="Seconds after which a request is not repeated any more.")
    requests: int = setting(32, help="Maximum requests to the storage at once.")

    def __post_init__(self) -> None:
        for name in ("connect_timeout_s", "timeout_s", "retry_timeout_s"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"object_storage.{name}: must be more than 0, got {getattr(self, name)}")
        if not 0 <= self.retries <= 10:
            raise ConfigError(f"object_storage.retries: must be 0 to 10, got {self.retries}")
        if not 1 <= self.requests <= 512:
            raise ConfigError(f"object_storage.requests: must be 1 to 512, got {self.requests}")
        if self.endpoint is not None:
            _refuse_endpoint(self.endpoint, allow_http=self.allow_http)


class ObjectStorage:
    """Objects of a bucket under a prefix; each method blocks, and may be called from several threads.

    Every method raises StoreUnavailable, whose cause has the storage's status and code and no more: some storages
    answer with the access key's id or with what they signed.
    """

    def __init__(self, location: str, settings: ObjectStorageSettings) -> None:
        self.location = location
        bucket, prefix = _split(location)
        config: S3Config = {
            "region": settings.region,
            "virtual_hosted_style_request": not settings.path_style,
            "disable_bulk_delete": not settings.bulk_delete,
        }
        if settings.endpoint is not None:
            config["endpoint"] = endpoint_of(settings.endpoint, bucket, path_style=settings.path_style)
        if settings.checksum:
            config["checksum_algorithm"] = "SHA256"
        client: ClientConfig = {
            "allow_http": settings.allow_http,
            "connect_timeout": datetime.timedelta(seconds=settings.connect_timeout_s),
            "timeout": datetime.timedelta(seconds=settings.timeout_s),
        }
        retry: RetryConfig = {
            "max_retries": settings.retries,
            "retry_timeout": datetime.timedelta(seconds=settings.retry_timeout_s),
        }
        try:
            self._objects = S3Store(
                bucket, prefix=prefix or None, config=config, client_options=client, retry_config=retry
            )
        except (BaseError, ValueError) as error:  # of the AWS_* variables, which obstore reads
            raise ConfigError(f"photos: {location} cannot be used: {StorageRefusal.from_error(error)}") from None

    def put(self, path: str, data: bytes) -> None:
        """Write an object; when this returns the storage has acknowledged it, and verified its checksum."""
        try:
            # In one piece: of an upload in parts the storage verifies the parts alone, and a kill leaves them there.
            self._objects.put(path, data, use_multipart=False)
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def get(self, path: str) -> bytes | None:
        """Give an object's bytes, None where there is none."""
        try:
            return bytes(self._objects.get(path).bytes())
        except FileNotFoundError as error:
            refusal = StorageRefusal.from_error(error)
            if refusal.code == MISSING_BUCKET:
                raise _unavailable() from refusal
            return None
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def size(self, path: str) -> int | None:
        """Give an object's size in bytes, None where there is none, or no bucket: HEAD answers both alike."""
        try:
            return self._objects.head(path)["size"]
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def remove(self, paths: Sequence[str]) -> None:
        """Delete objects; those that are not there are no error."""
        try:
            self._objects.delete(list(paths))
        except FileNotFoundError as error:
            refusal = StorageRefusal.from_error(error)
            if refusal.code == MISSING_BUCKET:
                raise _unavailable() from refusal
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def list(self, folder: str) -> Iterator[list[str]]:
        """Give the paths of all objects below a folder, LIST_CHUNK at a time; a page is asked for when it is due."""
        try:
            for chunk in self._objects.list(folder, chunk_size=LIST_CHUNK):
                yield [entry["path"] for entry in chunk]
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def folders(self, folder: str) -> Sequence[str]:
        """Give the paths of the folders directly below a folder; meant for a folder of few."""
        try:
            return self._objects.list_with_delimiter(folder)["common_prefixes"]
        except (BaseError, OSError) as error:
            raise _unavailable() from StorageRefusal.from_error(error)

    def ping(self, *, write: bool) -> None:
        """Read the probe, and write it first where asked."""
        if write:
            self.put(_PROBE, b"touchstone")
        self.get(_PROBE)

    def refuse_unusable(self) -> None:
        """Write, read, list and delete once; raises ConfigError with what to change."""
        try:
            self.ping(write=True)
            next(self.list("photos/none"), None)
            self.remove([f"{_PROBE}-none"])
        except StoreUnavailable as error:
            reason = error.__cause__
            advice = reason.advice if isinstance(reason, StorageRefusal) else error.message
            raise ConfigError(f"photos: {self.location} cannot be used: {advice} ({reason})") from None


def _unavailable() -> StoreUnavailable:
    return StoreUnavailable("the photo storage does not answer; the log says why", retry_after_s=5)


def _split(location: str) -> tuple[str, str]:
    """Give bucket and prefix of `s3://bucket/prefix`."""
    bucket, _, prefix = location.removeprefix(SCHEME).partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise ConfigError(
            f"photos: {location} names no bucket; write s3://BUCKET/PREFIX, where a bucket has 3 to 63 lower-case "
            "letters, digits, dots and hyphens"
        )
    return bucket, prefix.strip("/")


def endpoint_of(endpoint: str, bucket: str, *, path_style: bool) -> str:
    """Give the address that obstore takes: with the bucket's name in its host unless that is in the path."""
    parts = urlsplit(endpoint)
    host = parts.netloc if path_style else f"{bucket}.{parts.netloc}"
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _refuse_endpoint(endpoint: str, *, allow_http: bool) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.username:
        raise ConfigError(
            "object_storage.endpoint: must be the address of a storage without credentials, such as "
            "https://minio.example:9000; those come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if parts.scheme == "http" and not allow_http:
        raise ConfigError(
            f"object_storage.endpoint: {endpoint} has no TLS; use https, or set object_storage.allow_http = true"
        )
