"""Verifies a PDF: first the seal over all of its bytes, and only what it holds is given to a PDF reader."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zlib
from collections.abc import Sequence
from typing import Final

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature, async_validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from serving.errors import EvidenceFileInvalid, EvidenceVersionUnknown
from serving.evidence.signing.algorithms import signature_holds
from serving.evidence.signing.keys import load_certificate, public_key_of
from serving.evidence.signing.pdf_signing import SEAL_FIELD
from serving.evidence.signing.seal import container_text, find_seal, read_container, seal_container, signed_digest
from serving.evidence.signing.time_stamps import StampedTime
from serving.evidence.verification.found import Verified, require_key
from serving.evidence.version import FORMAT

PDF_MAGIC: Final = b"%PDF-"
MAX_PDF_BYTES: Final = 512 * 2**20
MAX_SIGNATURES: Final = 8
# What parsers of ASN.1 and PDF raise for what somebody with a key of their own may have written.
UNREADABLE: Final = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, AssertionError, zlib.error,
)  # fmt: skip


def verify_pdf(data: bytes, authorities: Sequence[x509.Certificate] = (), *, key: str | None = None) -> Verified:
    """Verify a PDF; raises EvidenceFileInvalid or EvidenceVersionUnknown with what is wrong.

    A file that was signed with another key than `key` is refused before a PDF reader sees it. `authorities` are the
    certificates of time-stamp authorities, or of who issued theirs, that the verifier trusts.
    """
    certificate, digest = _verify_seal(data)
    signer = load_certificate(certificate.dump(), Encoding.DER)
    require_key(signer, key)
    stamps = _signatures(data, certificate, authorities)
    return Verified(
        kind="pdf",
        sha256=digest.hex(),
        certificate=signer,
        time_stamps=stamps,
    )


def _verify_seal(data: bytes) -> tuple[x509.Certificate, bytes]:
    if not data.startswith(PDF_MAGIC) or len(data) > MAX_PDF_BYTES:
        raise EvidenceFileInvalid(f"the file is no PDF of at most {MAX_PDF_BYTES} bytes")
    found = find_seal(data)
    if found is None:
        raise EvidenceFileInvalid(
            "no signature of an evidence file covers this PDF from its first byte to its last: it was changed, cut or "
            "added to, or is another PDF"
        )
    version, (first, end) = found
    if version != FORMAT:
        raise EvidenceVersionUnknown(
            f"the PDF says that it has the format {version}, and this version verifies format {FORMAT}; use a version "
            "of touchstone that knows it"
        )
    digest = hashlib.sha256(data[:first] + data[end:]).digest()
    try:
        certificate, signature = read_container(data[first:end])
        key = public_key_of(load_certificate(certificate.dump(), Encoding.DER))
        written = container_text(seal_container(certificate, digest, signature).dump())
    except UNREADABLE as error:
        raise EvidenceFileInvalid("the seal cannot be read: it was changed") from error
    if data[first:end] != written or not signature_holds(key, signature, signed_digest(certificate, digest)):
        raise EvidenceFileInvalid("the seal does not hold: bytes of the PDF were changed, or of the seal itself")
    return certificate, digest


def _signatures(
    data: bytes, certificate: x509.Certificate, authorities: Sequence[x509.Certificate]
) -> tuple[StampedTime, ...]:
    """Verify the PDF's signatures as PDF readers do, and give their time stamps."""
    try:
        signatures = list(PdfFileReader(io.BytesIO(data)).embedded_signatures)
        if not 1 <= len(signatures) <= MAX_SIGNATURES or signatures[-1].field_name != SEAL_FIELD:
            raise EvidenceFileInvalid("the PDF's last signature is not its seal")
        found = [asyncio.run(_status(signature, certificate, authorities)) for signature in signatures]
    except (PdfError, SignatureValidationError, UnacceptableSignerError, *UNREADABLE) as error:
        raise EvidenceFileInvalid(f"a signature in the PDF cannot be read ({error})") from error
    for signature, status in zip(signatures, found, strict=True):
        if not (status.intact and status.valid):
            raise EvidenceFileInvalid(f"the signature {signature.field_name!r} in the PDF does not hold")
        if status.signing_cert.dump() != certificate.dump():
            raise EvidenceFileInvalid(f"the signature {signature.field_name!r} was made by another key than the seal")
    return tuple(stamp for status in found if (stamp := _stamp_of(status)) is not None)


async def _status(
    signature: EmbeddedPdfSignature, certificate: x509.Certificate, authorities: Sequence[x509.Certificate]
) -> PdfSignatureStatus:
    own = ValidationContext(trust_roots=[certificate], allow_fetching=False)
    stamps = ValidationContext(trust_roots=list(authorities), allow_fetching=False)
    return await async_validate_pdf_signature(
        signature, signer_validation_context=own, ts_validation_context=stamps, skip_diff=True
    )


def _stamp_of(status: PdfSignatureStatus) -> StampedTime | None:
    stamp = status.timestamp_validity
    if stamp is None:
        return None
    if not (stamp.intact and stamp.valid):
        raise EvidenceFileInvalid("the time stamp in the PDF does not hold")
    return StampedTime(
        at=stamp.timestamp, authority=stamp.signing_cert.subject.human_friendly, trusted=bool(stamp.trusted)
    )
