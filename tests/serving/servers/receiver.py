"""A receiver of webhooks on loopback, which keeps what came and answers by the path."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.serving.servers.photo_host import PhotoHost, Script, Visit

LARGE_ANSWER_BYTES = 2 * 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request that came, whole."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers at `/STATUS` with that status, and at the paths of `scripts` as they do; `received` has what came."""

    def __init__(self, scripts: Mapping[str, Script] | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.received: list[Received] = []
        self._lock = threading.Lock()
        chosen = {f"/{status}": _answering(status) for status in (200, 204, 301, 404, 410, 429, 500, 503)}
        chosen |= {
            "/hang": lambda visit: visit.hang(),
            "/close": lambda visit: None,
            "/garbage": lambda visit: visit.send(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
            "/large": _answer_endlessly,
            "/later": lambda visit: visit.answer("429 Too Many", {"Retry-After": "120", "Content-Length": "0"}),
        }
        chosen |= scripts or {}
        self._host = PhotoHost({path: self._keeping(path, script) for path, script in chosen.items()}, tls)
        self.port = self._host.port
        self.scheme = "http" if tls is None else "https"

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        with self._lock:
            return [one for one in self.received if one.path == path]

    def close(self) -> None:
        self._host.close()

    def _keeping(self, path: str, script: Script) -> Script:
        def keep(visit: Visit) -> None:
            if len(visit.body) < int(visit.headers["content-length"]):  # the sender was killed
                return
            with self._lock:
                self.received.append(Received(path=path, headers=visit.headers, body=visit.body))
            script(visit)

        return keep


@contextlib.contextmanager
def receiver(scripts: Mapping[str, Script] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    running = Receiver(scripts, tls)
    try:
        yield running
    finally:
        running.close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """TLS for 127.0.0.1 with a certificate of no known authority; `folder` keeps it as `certificate.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "receiver")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def _answering(status: int) -> Script:
    def answer(visit: Visit) -> None:
        headers = {"Content-Length": "0", **({"Location": "http://127.0.0.1:1/"} if status == 301 else {})}
        visit.answer(f"{status} As Asked", headers)

    return answer


def _answer_endlessly(visit: Visit) -> None:
    visit.answer("200 OK", {"Content-Length": str(LARGE_ANSWER_BYTES)})
    while True:  # until the sender closes, which raises here
        visit.send(b"x" * 65536)
