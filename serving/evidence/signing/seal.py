"""The last signature of a PDF, in one encoding: its bytes follow from the certificate, the digest and the signature.

A PDF's signature covers all of the file but its own container, in which readers leave much free: the case of hex
digits, what pads it, parts of the CMS that nothing signs. So the last container is written in one way, and a verifier
writes it again and compares. It is a CAdES signature as PAdES has it (ETSI EN 319 142-1, B-B), which PDF readers show.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from asn1crypto import algos, cms, core, tsp, x509

SEAL_BYTES: Final = 8192  # of the container, padding included; a signature by RSA of 8,192 bits takes half of it
SEAL_REASON: Final = "touchstone evidence format {}"
_REASON = re.compile(rb"/Reason \(touchstone evidence format (\d{1,6})\)")
_BYTE_RANGE = re.compile(rb"/ByteRange *\[0 (\d{1,10}) (\d{1,10}) (\d{1,10}) *\]")


def signed_attributes(certificate: x509.Certificate, digest: bytes) -> cms.CMSAttributes:
    """Give what is signed: the digest of the PDF's bytes, and by which certificate. No time, which the PDF has."""
    reference = tsp.ESSCertIDv2({"cert_hash": hashlib.sha256(certificate.dump()).digest()})
    values = [
        ("content_type", cms.ContentType("data")),
        ("message_digest", core.OctetString(digest)),
        ("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [reference]})),
    ]
    return cms.CMSAttributes([cms.CMSAttribute({"type": name, "values": [value]}) for name, value in values])


def signed_digest(certificate: x509.Certificate, digest: bytes) -> bytes:
    """Give the SHA-256 that the key signs for a PDF's digest."""
    return hashlib.sha256(signed_attributes(certificate, digest).dump()).digest()


def seal_container(certificate: x509.Certificate, digest: bytes, signature: bytes) -> cms.ContentInfo:
    """Give the CMS with a signature, the same for the same three."""
    sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
    of_rsa = certificate.public_key.algorithm == "rsa"
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                "issuer_and_serial_number",
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number},
            ),
            "digest_algorithm": sha256,
            "signed_attrs": signed_attributes(certificate, digest),
            "signature_algorithm": {"algorithm": "sha256_rsa" if of_rsa else "sha256_ecdsa"},
            "signature": signature,
        }
    )
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [sha256],
            "encap_content_info": {"content_type": "data"},
            "certificates": [cms.CertificateChoices("certificate", certificate)],
            "signer_infos": [signer],
        }
    )
    return cms.ContentInfo({"content_type": "signed_data", "content": content})


def container_text(container: bytes) -> bytes:
    """Give the container as it stands in the PDF, hex digits and padding included."""
    return b"<" + container.hex().upper().encode("ascii").ljust(2 * SEAL_BYTES, b"0") + b">"


def find_seal(data: bytes) -> tuple[int, tuple[int, int]] | None:
    """Give the format that the last seal names, and where its container stands (first byte, byte behind the last).

    None where the file has none that covers it from its first byte to its last.
    """
    reasons = list(_REASON.finditer(data))
    ranges = list(_BYTE_RANGE.finditer(data))
    if not reasons or not ranges:
        return None
    first, second, length = (int(digits) for digits in ranges[-1].groups())
    if not (0 < first < second <= len(data) and second + length == len(data)):
        return None
    return int(reasons[-1][1]), (first, second)


def read_container(text: bytes) -> tuple[x509.Certificate, bytes]:
    """Give the certificate and the signature of a container; raises ValueError where it can't be read."""
    content = cms.ContentInfo.load(bytes.fromhex(text[1:-1].decode("ascii")))["content"]
    certificate, signer = content["certificates"][0].chosen, content["signer_infos"][0]
    signature = signer["signature"].native
    if not isinstance(certificate, x509.Certificate) or not isinstance(signature, bytes):
        raise ValueError("the container has no certificate or no signature")
    return x509.Certificate.load(certificate.dump()), signature
