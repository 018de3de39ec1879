"""Photos whose files say that they were generated: by a C2PA manifest that is really signed, and by XMP."""

from __future__ import annotations

import datetime
import functools
import io
import json

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.serving.builders.sample_photos import jpeg

TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
    "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


@functools.cache
def with_c2pa(source_type: str = TRAINED) -> bytes:
    """A JPEG whose manifest says that it was created with this source type."""
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": source_type}]}
    manifest = {
        "claim_generator_info": [{"name": "Example Generator", "version": "1"}],
        "format": "image/jpeg",
        "assertions": [{"label": "c2pa.actions", "data": actions}],
    }
    out = io.BytesIO()
    with c2pa.Builder(json.dumps(manifest)) as builder:
        builder.sign(_signer(), "image/jpeg", io.BytesIO(jpeg()), out)
    return out.getvalue()


def with_xmp(packet: str) -> bytes:
    """A JPEG with an XMP packet in its APP1 segment."""
    body = b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()
    data = jpeg()
    return data[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + data[2:]


def xmp_of(inner: str, *, prolog: str = "") -> str:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{prolog}<rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{inner}</rdf:RDF></x:xmpmeta>'
    )


def _signer() -> object:
    """A signer whose certificate a root of its own issued: C2PA refuses self-signed ones."""
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(**{name: name == "digital_signature" for name in _USAGES})
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key())
    purpose = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.EMAIL_PROTECTION])
    certificate = (
        _certificate("a signer of the tests", leaf)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(usage, True)
        .add_extension(purpose, False)
        .add_extension(issuer, False)
        .sign(root, hashes.SHA256())
    )
    of_root = _certificate("a root of the tests", root).add_extension(x509.BasicConstraints(True, None), True)
    chain = certificate.public_bytes(Encoding.PEM) + of_root.sign(root, hashes.SHA256()).public_bytes(Encoding.PEM)
    key = leaf.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    signer: object = c2pa.Signer.from_info(info)
    return signer


def _certificate(name: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)

    def named(text: str) -> x509.Name:
        oids = x509.NameOID
        return x509.Name(
            [x509.NameAttribute(oids.ORGANIZATION_NAME, "Tests"), x509.NameAttribute(oids.COMMON_NAME, text)]
        )

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named("a root of the tests"))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )
