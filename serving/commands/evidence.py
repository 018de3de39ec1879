"""`touchstone evidence`: make the operator's key pair, and verify evidence files anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def evidence() -> None:
    """Make the key that signs evidence files, or verify that no byte of one was changed."""


@app.command()
def keys(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to write the key and its certificate to.")],
    name: Annotated[str, typer.Option(help="Name of who signs, as readers of the files see it.")],
) -> None:
    """Make a key pair, and print the SHA-256 by which verifiers know it: publish that one."""
    from serving.clock import utc_now
    from serving.evidence.signing.keys import CERTIFICATE_FILE, KEY_FILE, make_key_pair

    made = make_key_pair(folder, name, utc_now())
    typer.echo(f"{folder / KEY_FILE}: the private key; name it in evidence.key, keep a copy, show it to nobody")
    typer.echo(f"{folder / CERTIFICATE_FILE}: its certificate; name it in evidence.certificate, and publish it")
    typer.echo(f"SHA-256 of the certificate: {made.fingerprint}")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An evidence file: the ZIP, or the PDF.")],
    key: Annotated[
        str | None, typer.Option(metavar="SHA256|PEM", help="The signer's certificate, or its SHA-256 as published.")
    ] = None,
    audit_log: Annotated[
        Path | None, typer.Option(metavar="LOG.jsonl", help="An export of the whole audit log to compare with.")
    ] = None,
    authority: Annotated[
        Path | None, typer.Option(metavar="PEM", help="Certificates of time-stamp authorities that you trust.")
    ] = None,
) -> None:
    """Verify a file without a server: any changed byte ends with status 1 and what is wrong."""
    import logging

    for library in ("pyhanko", "pyhanko_certvalidator"):  # their reports of what verify says itself
        logging.getLogger(library).setLevel(logging.CRITICAL)
    from serving.errors import EvidenceFileInvalid
    from serving.evidence.verification.verify import read_authorities, verify_file

    if not file.is_file():
        raise typer.BadParameter(f"{file} is no file; name an evidence file", param_hint="FILE")
    try:
        found = verify_file(
            file,
            key=None if key is None else _fingerprint(key),
            audit_log=audit_log,
            authorities=[] if authority is None else read_authorities(authority),
        )
    except EvidenceFileInvalid as error:
        typer.echo(f"{file}: DOES NOT HOLD: {error.message}")
        raise typer.Exit(1) from error
    typer.echo(f"{file}: unchanged: every byte is as it was signed")
    typer.echo(
        f"signed by {found.signer}, certificate {found.fingerprint}, valid until {found.valid_until:%Y-%m-%d}"
        + (", as --key has it" if key else "")
    )
    for stamp in found.time_stamps:
        trust = "an authority that you trust" if stamp.trusted else "an authority that was not checked"
        typer.echo(f"existed at {stamp.at:%Y-%m-%d %H:%M:%S} UTC, by {stamp.authority}, {trust}")
    for fact in found.facts:
        typer.echo(fact)
    for limit in found.limits:
        typer.echo(f"not shown: {limit}")


def _fingerprint(key: str) -> str:
    """Give the SHA-256 that --key names, colons and capitals as other programs print them removed."""
    plain = key.replace(":", "").lower()
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return plain
    from serving.evidence.signing.keys import fingerprint_of, read_certificate

    try:
        pem = Path(key).read_bytes()
    except OSError as error:
        raise typer.BadParameter(
            f"{key!r} is no SHA-256 of 64 hexadecimal digits, and no file that can be read ({error.strerror})",
            param_hint="--key",
        ) from error
    return fingerprint_of(read_certificate(pem, key))


@app.command()
def export(
    store: Annotated[str, typer.Argument(metavar="STORE", help="Folder of the store; its server must not run.")],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="File to write: .zip, or .pdf for the report alone.")],
    key: Annotated[Path, typer.Option(metavar="PEM", help="The private key; its certificate lies beside it.")],
    check: Annotated[str, typer.Option(metavar="ID", help="A check.")] = "",
    case: Annotated[str, typer.Option(metavar="ID", help="A case, in place of a check.")] = "",
    time_stamp_url: Annotated[str, typer.Option(metavar="URL", help="A time-stamp authority.")] = "",
) -> None:
    """Make an evidence file without a server, of what its store has; without bundles there are no references."""
    from serving.evidence.config import EvidenceSettings
    from serving.evidence.offline import export_offline

    if bool(check) == bool(case):
        raise typer.BadParameter("name one check by --check, or one case by --case")
    if out.suffix not in (".zip", ".pdf"):
        raise typer.BadParameter(f"{out} ends neither in .zip nor in .pdf", param_hint="OUT")
    settings = EvidenceSettings(key=key, time_stamp_url=time_stamp_url)
    made = export_offline(store, out, settings, kind="check" if check else "case", object_id=check or case)
    typer.echo(f"{out}: {made.size} bytes, SHA-256 {made.sha256}, which the audit log records")
