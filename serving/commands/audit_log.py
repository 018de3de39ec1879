"""`touchstone audit-log`: write the audit log of a store to a file, and verify such a file anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import click
import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)
HASH = r"[0-9a-f]{64}"


@app.callback()
def audit_log() -> None:
    """Export the audit log, or verify that no entry of one was changed, removed or inserted."""


@app.command()
def export(
    store: Annotated[
        str,
        typer.Argument(
            metavar="STORE", help="Folder of the store, or the address of its database: postgresql://USER@HOST/NAME."
        ),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="File to write, one entry a line.")],
    after: Annotated[int, typer.Option(min=0, help="Only entries after this sequence.")] = 0,
) -> None:
    """Write the entries oldest first, and print the hash of the last one; the server may run meanwhile."""
    from sqlalchemy.exc import DBAPIError

    from serving.audit_log.entry import as_line
    from serving.store.audit_rows import read_all
    from serving.store.database.named_store import connect_store
    from serving.store.database.shown_address import shown_address
    from vision.errors import ConfigError

    count, last = 0, None
    engine = connect_store(store)
    try:
        with out.open("w", encoding="utf-8") as file:
            for last in read_all(engine, after):
                file.write(as_line(last))
                count += 1
    except DBAPIError as error:
        reason = str(error.orig).strip()
        raise ConfigError(
            f"store: {shown_address(store)} cannot be read ({reason}); start its server once to update it"
        ) from error
    except OSError as error:
        raise ConfigError(f"{out}: cannot be written ({error.strerror}); name another file") from error
    finally:
        engine.dispose()
    typer.echo(f"{out}: {count} entries" + ("" if last is None else f"; head {last.sequence} {last.hash}"))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export of the audit log; - reads standard input.")],
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="A hash that was noted earlier, which the file must have.")
    ] = None,
    after: Annotated[
        str | None, typer.Option(metavar="HASH", help="Hash of the entry before the first, where the file is a part.")
    ] = None,
    selected: Annotated[
        bool, typer.Option("--selected", help="The file has some of the entries, such as those of a member.")
    ] = False,
) -> None:
    """Verify a file without a server; exit status 1 and the first entry that does not hold where one does not."""
    from serving.audit_log.entry import FIRST_PREVIOUS
    from serving.audit_log.verify import verify_lines

    if str(file) != "-" and not file.is_file():
        raise typer.BadParameter(f"{file} is no file; name an export of the audit log", param_hint="FILE")
    with click.open_file(str(file), encoding="utf-8", errors="surrogateescape") as lines:
        found = verify_lines(
            lines, after=_hash("--after", after) or FIRST_PREVIOUS, head=_hash("--head", head), selected=selected
        )
    if found.broken is not None:
        typer.echo(f"{file}: line {found.broken.line}: {found.broken.reason}; {found.entries} entries before it hold")
        raise typer.Exit(1)
    deleted = f"; of {found.private_deleted} of them the private part was deleted" if found.private_deleted else ""
    end = "" if found.head is None else f"; head {found.sequence} {found.head}"
    typer.echo(f"{file}: {found.entries} entries hold{deleted}{end}")
    if head is None and found.entries:
        typer.echo("whether entries were removed from the end, only --head with a hash noted elsewhere can tell")


def _hash(option: str, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(HASH, value):
        raise typer.BadParameter(f"{value!r} is no hash; it has 64 hexadecimal digits", param_hint=option)
    return value
