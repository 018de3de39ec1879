"""Makes evidence files: one at a time, in a folder that is gone when the file is open."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import hashlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import IO, Any, Final, Literal

from serving.clock import utc_now
from serving.errors import EvidenceFilesDisabled, Overloaded
from serving.evidence.archive.part_names import ABOUT_NAME, METHOD_NAME, REPORT_NAME, SUMS_NAME, sums_text
from serving.evidence.archive.writer import ArchiveWriter, Stamp
from serving.evidence.config import EvidenceSettings
from serving.evidence.contents.audit_log import add_audit_log
from serving.evidence.contents.cases import add_case
from serving.evidence.contents.checks import add_check
from serving.evidence.contents.clusters import add_cluster
from serving.evidence.contents.method import method_section, method_text
from serving.evidence.contents.sections import Facts, Gathering, Subject, SubjectKind
from serving.evidence.contents.sources import Sources
from serving.evidence.own_key import missing_packages
from serving.evidence.signing.keys import CERTIFICATE_FILE, KeyPair, read_key_pair
from serving.evidence.version import FORMAT
from serving.principal import Principal
from serving.schemas.checks import utc_text
from serving.store.evidence.evidence_rows import MadeEvidence
from vision.errors import MissingExtra

FileFormat = Literal["zip", "pdf"]
MAX_WAITING: Final = 8
CHUNK_BYTES: Final = 1 << 18
DISABLED: Final = (
    "no key signs evidence files here; the operator makes one with `touchstone evidence keys` and names it in "
    "evidence.key"
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """A file that was made, open for reading and without a name on the disk."""

    stream: IO[bytes]
    size: int
    sha256: str
    format: FileFormat
    name: str

    @property
    def content_digest(self) -> str:
        """The SHA-256 as RFC 9530 writes it."""
        return f"sha-256=:{base64.b64encode(bytes.fromhex(self.sha256)).decode()}:"

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes, and close the file."""
        try:
            while chunk := await asyncio.to_thread(self.stream.read, CHUNK_BYTES):
                yield chunk
        finally:
            self.stream.close()


class EvidenceFiles:
    """Makes and records evidence files of what a caller sees."""

    def __init__(self, sources: Sources, settings: EvidenceSettings, stamper: Any = None) -> None:
        """`stamper` is a TimeStamper of pyHanko that replaces the one of the settings.

        Raises ConfigError where the key cannot be used, and MissingExtra where there is one without the packages.
        """
        self._sources, self._settings = sources, settings
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0
        self._key_pair = None if settings.key is None else _open_key(settings.key, settings.certificate)
        self._stamper = stamper
        if self._key_pair is not None and stamper is None and settings.time_stamp_url:
            from serving.evidence.signing.time_stamps import HttpTimeStamper

            self._stamper = HttpTimeStamper(settings.time_stamp_url, settings.time_stamp_timeout_s)

    async def make(
        self, principal: Principal, kind: SubjectKind, object_id: str, file_format: FileFormat
    ) -> EvidenceFile:
        """Make a file and record that; raises as the object's own route does, and EvidenceFilesDisabled."""
        if self._key_pair is None:
            raise EvidenceFilesDisabled(DISABLED)
        if self._waiting >= MAX_WAITING:
            raise Overloaded(f"{self._waiting} evidence files wait already; ask again later", retry_after_s=10)
        self._waiting += 1
        try:
            async with self._turn:
                return await self._make(principal, kind, object_id, file_format, self._key_pair)
        finally:
            self._waiting -= 1

    async def _make(
        self, principal: Principal, kind: SubjectKind, object_id: str, file_format: FileFormat, key_pair: KeyPair
    ) -> EvidenceFile:
        with tempfile.TemporaryDirectory(prefix="touchstone-evidence-", ignore_cleanup_errors=True) as folder:
            gathering = Gathering(Path(folder) / "parts")
            add = self._add_of(kind)
            subject = await add(gathering, principal, object_id)
            gathering.sections.append(method_section())
            await add_audit_log(gathering, self._sources.store, principal)
            building = _Building(
                gathering=gathering,
                subject=subject,
                key_pair=key_pair,
                settings=self._settings,
                stamper=self._stamper,
                created_at=utc_text(utc_now()),
            )
            out = Path(folder) / f"out.{file_format}"
            await asyncio.to_thread(building.write_pdf if file_format == "pdf" else building.write_zip, out)
            made = await asyncio.to_thread(_opened, out, subject, file_format)
            await self._sources.store.evidence_rows.record(
                principal,
                MadeEvidence(
                    kind=kind,
                    id=subject.id,
                    format=file_format,
                    sha256=made.sha256,
                    product=subject.product,
                    check_id=subject.check_id,
                ),
            )
            return made

    def _add_of(self, kind: SubjectKind) -> Callable[[Gathering, Principal, str], Awaitable[Subject]]:
        return {"check": self._add_check, "case": self._add_case, "cluster": self._add_cluster}[kind]

    async def _add_check(self, gathering: Gathering, principal: Principal, check_id: str) -> Subject:
        record = await add_check(gathering, self._sources, principal, check_id, number=1)
        summary = (
            ("Outcome", record.outcome),
            ("Product", record.product),
            ("Listing", record.listing_id or "not sent"),
        )
        return Subject(
            kind="check", id=record.check_id, product=record.product, summary=summary, check_id=record.check_id
        )

    async def _add_case(self, gathering: Gathering, principal: Principal, case_id: str) -> Subject:
        case = await add_case(gathering, self._sources, principal, case_id, max_checks=self._settings.max_checks)
        summary = (("State", case.state), ("Product", case.product), ("Listings", str(case.listing_count)))
        return Subject(kind="case", id=case.case_id, product=case.product, summary=summary)

    async def _add_cluster(self, gathering: Gathering, principal: Principal, cluster_id: str) -> Subject:
        report = await add_cluster(
            gathering, self._sources, principal, cluster_id, max_checks=self._settings.max_checks
        )
        summary = (("Sellers", str(report.sellers)), ("Listings", str(report.listings)))
        product = report.products[0] if len(report.products) == 1 else None
        return Subject(kind="cluster", id=report.cluster_id, product=product, summary=summary)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    """Writes what was gathered; runs on a thread of its own."""

    gathering: Gathering
    subject: Subject
    key_pair: KeyPair
    settings: EvidenceSettings
    stamper: Any
    created_at: str

    def write_pdf(self, out: Path) -> None:
        out.write_bytes(self._report())

    def write_zip(self, out: Path) -> None:
        gathering = self.gathering
        gathering.write_json(ABOUT_NAME, self._about())
        gathering.write(METHOD_NAME, method_text().encode())
        gathering.write(REPORT_NAME, self._report())
        with out.open("wb") as stream:
            writer = ArchiveWriter(stream, max_bytes=self.settings.max_bytes)
            for name in gathering.names():
                writer.add(name, gathering.path_of(name).read_bytes())
            writer.add(SUMS_NAME, sums_text(writer.sha256s[1:]))
            writer.finish(self.key_pair, self._stamp())

    def _report(self) -> bytes:
        from serving.evidence.report.document import Cover, build_report
        from serving.evidence.report.fonts import Fonts
        from serving.evidence.signing.pdf_signing import sign_pdf

        cover = Cover(
            title=f"Evidence about a {self.subject.kind}",
            author=self.key_pair.certificate.subject.rfc4514_string(),
            subtitle="Photos, verdicts and records as this server has them, signed so that any change can be found.",
            facts=_cover_facts(self),
        )
        unsigned = build_report(cover, self.gathering.sections, self.gathering.folder, Fonts(self.settings.fonts))
        return sign_pdf(unsigned, self.key_pair, self.stamper)

    def _stamp(self) -> Stamp | None:
        if self.stamper is None:
            return None
        from serving.evidence.signing.time_stamps import stamp_sha256

        return lambda digest: stamp_sha256(self.stamper, digest)

    def _about(self) -> dict[str, Any]:
        return {
            "created_at": self.created_at,
            "format": FORMAT,
            "key_sha256": self.key_pair.fingerprint,
            "subject": {"kind": self.subject.kind, "id": self.subject.id, "product": self.subject.product},
            "sections": [section.title for section in self.gathering.sections],
        }


def _cover_facts(building: _Building) -> Facts:
    stamped = (
        "by the authority whose time stamp is in the signature" if building.stamper else "none: no authority is set"
    )
    return Facts(
        rows=(
            (building.subject.kind.capitalize(), building.subject.id),
            *building.subject.summary,
            ("Signed by", building.key_pair.certificate.subject.rfc4514_string()),
            ("SHA-256 of the certificate", building.key_pair.fingerprint),
            ("Made", building.created_at),
            ("Time stamp", stamped),
            ("Verify with", "touchstone evidence verify FILE --key SHA256"),
        )
    )


def _opened(out: Path, subject: Subject, file_format: FileFormat) -> EvidenceFile:
    """Open the file that was written; its folder may be removed, and the bytes are gone once it is closed."""
    stream = out.open("rb")
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    size = stream.tell()
    stream.seek(0)
    name = f"evidence-{subject.kind}-{subject.id}.{file_format}"
    return EvidenceFile(stream=stream, size=size, sha256=sha256, format=file_format, name=name)


def _open_key(key: Path, certificate: Path | None) -> KeyPair:
    missing = missing_packages()
    if missing:
        raise MissingExtra(
            f"evidence.key: evidence files need {', '.join(missing)}, not installed here; install "
            'touchstone[documents]: in a clone of the repository, pip install ".[documents]"'
        )
    return read_key_pair(key, certificate or key.parent / CERTIFICATE_FILE)
