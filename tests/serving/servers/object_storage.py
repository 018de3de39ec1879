"""A simulator of S3 on loopback (moto), and a server that answers every request of an object storage alike."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from serving.store.photos.object_storage import ObjectStorageSettings

SECRET = "a-secret-that-no-log-line-has"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "AKIDNOBODY", "AWS_SECRET_ACCESS_KEY": SECRET}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A new bucket of the simulator, and a client of another library that looks into it."""

    name: str
    endpoint: str
    boto: Any

    @property
    def location(self) -> str:
        return f"s3://{self.name}/store"

    @property
    def settings(self) -> ObjectStorageSettings:
        # again where it fails: moto answers 500 to a GET while another request overwrites the object
        return reachable(self.endpoint, retries=3)

    def keys(self) -> set[str]:
        """The keys of all objects but the probe, without the prefix."""
        listed = self.boto.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {entry["Key"].removeprefix("store/") for entry in listed} - {"probe"}


def reachable(endpoint: str, **settings: Any) -> ObjectStorageSettings:
    """Settings for a storage on loopback that don't wait long."""
    quick = {"retries": 0, "connect_timeout_s": 2.0, "timeout_s": 5.0, "retry_timeout_s": 5.0}
    return ObjectStorageSettings(endpoint=endpoint, allow_http=True, **{**quick, **settings})


@contextlib.contextmanager
def run_simulator() -> Iterator[str]:
    """Run moto's S3 in a thread; gives its address."""
    from moto.server import ThreadedMotoServer  # takes a second to import

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        _, port = server.get_host_and_port()
        yield f"http://127.0.0.1:{port}"
    finally:
        server.stop()


def make_bucket(endpoint: str, name: str) -> Bucket:
    import boto3  # type: ignore[import-untyped]

    boto = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=SECRET,
    )
    boto.create_bucket(Bucket=name)
    return Bucket(name=name, endpoint=endpoint, boto=boto)


@dataclasses.dataclass(slots=True)
class Answers:
    """What a storage answers, and the requests that it got, as (method, path)."""

    status: int = 200
    code: str | None = None
    failures: int | None = None  # answered that often, and then 200 without a body; None: always
    requests: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    headers: dict[str, str] = dataclasses.field(default_factory=dict)  # of the latest request, in lower case


@contextlib.contextmanager
def run_answering(answers: Answers) -> Iterator[str]:
    """Run an HTTP server that answers as `answers` says, in the words of S3: with the key's id, as Amazon's does."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answers.requests.append((self.command, self.path))
            answers.headers = {name.lower(): value for name, value in self.headers.items()}
            refused = answers.failures is None or len(answers.requests) <= answers.failures
            body = b""
            if refused and answers.code is not None and self.command != "HEAD":
                key = CREDENTIALS["AWS_ACCESS_KEY_ID"]
                body = (
                    f"<?xml version='1.0'?><Error><Code>{answers.code}</Code><Message>no</Message>"
                    f"<AWSAccessKeyId>{key}</AWSAccessKeyId></Error>"
                ).encode()
            self.send_response(answers.status if refused else 200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"1"')
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _answer  # noqa: N815 the names that http.server calls

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 as in the base class
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
