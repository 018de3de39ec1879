"""Signs a PDF: by PAdES with a time stamp where there is an authority, and always by the seal over all of its bytes."""

from __future__ import annotations

import asyncio
import io
from typing import Final

from asn1crypto import cms, x509
from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import Signer, SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps.api import TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from serving.errors import TimeStampUnavailable
from serving.evidence.signing.algorithms import PrivateKey, sign_sha256
from serving.evidence.signing.keys import KeyPair
from serving.evidence.signing.seal import SEAL_BYTES, SEAL_REASON, container_text, seal_container, signed_digest
from serving.evidence.version import FORMAT

STAMPED_FIELD: Final = "TimeStampedSignature"
SEAL_FIELD: Final = "Seal"


def sign_pdf(data: bytes, key_pair: KeyPair, stamper: TimeStamper | None) -> bytes:
    """Give the PDF signed: PAdES B-T and the seal with a stamper, and the seal alone, which is B-B, without.

    Raises TimeStampUnavailable.
    """
    certificate = x509.Certificate.load(key_pair.certificate.public_bytes(Encoding.DER))
    if stamper is not None:
        try:
            data = _signed(data, _stamped_metadata(), _simple_signer(key_pair, certificate), stamper=stamper)
        except OSError as error:
            raise TimeStampUnavailable(
                f"the time-stamp authority refused ({error}); see evidence.time_stamp_url", retry_after_s=30
            ) from error
    return _signed(data, _seal_metadata(), _SealSigner(key_pair.key, certificate), bytes_reserved=2 * SEAL_BYTES)


class _SealSigner(Signer):
    """Gives pyHanko the container of the seal."""

    def __init__(self, key: PrivateKey, certificate: x509.Certificate) -> None:
        super().__init__(signing_cert=certificate, cert_registry=SimpleCertificateStore())
        self._key, self._certificate = key, certificate

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *_: object, **__: object) -> cms.ContentInfo:
        signature = sign_sha256(self._key, signed_digest(self._certificate, data_digest))
        container = seal_container(self._certificate, data_digest, signature)
        container_text(container.dump())
        return container

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        raise NotImplementedError("async_sign gives the whole container")


def _signed(
    data: bytes,
    metadata: PdfSignatureMetadata,
    signer: Signer,
    *,
    stamper: TimeStamper | None = None,
    bytes_reserved: int | None = None,
) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(data))
    signing = PdfSigner(metadata, signer=signer, timestamper=stamper)
    out = asyncio.run(signing.async_sign_pdf(writer, bytes_reserved=bytes_reserved))
    signed: bytes = out.getvalue()
    return signed


def _stamped_metadata() -> PdfSignatureMetadata:
    return PdfSignatureMetadata(field_name=STAMPED_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES)


def _seal_metadata() -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=SEAL_FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=SEAL_REASON.format(FORMAT),
    )


def _simple_signer(key_pair: KeyPair, certificate: x509.Certificate) -> SimpleSigner:
    der = key_pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=certificate, signing_key=PrivateKeyInfo.load(der), cert_registry=SimpleCertificateStore()
    )
