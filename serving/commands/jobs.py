"""`touchstone jobs …`: send listings to a server to be judged later, follow the job, read its results."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from serving.client import Client, ClientError, ProblemAnswered
from serving.client.client import DEFAULT_URL
from serving.schemas.jobs import Job

app = typer.Typer(add_completion=False, no_args_is_help=True)

Url = Annotated[str, typer.Option("--url", envvar="TOUCHSTONE_URL", help="Address of the server.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--api-key", envvar="TOUCHSTONE_API_KEY", help="API key; better set in the environment.", show_default=False
    ),
]
JobId = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, as `submit` printed it.")]
Wait = Annotated[bool, typer.Option("--wait", help="Show a progress bar until the job has ended.")]


@app.callback()
def jobs() -> None:
    """Send listings to a server as a job, follow it and read its results."""


@app.command()
def submit(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="JSON lines, or a manifest (.csv) whose photos are addresses.",
        ),
    ],
    name: Annotated[str | None, typer.Option("--name", help="A name of yours for the job.")] = None,
    idempotency_key: Annotated[
        str | None, typer.Option("--idempotency-key", help="Sent again with the same file, it is the same job.")
    ] = None,
    wait: Wait = False,
    url: Url = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Send a file of listings, and print the job's id."""
    with _client(url, api_key) as client:
        job = client.submit_job_file(file, name=name, idempotency_key=idempotency_key)
        typer.echo(job.job_id)
        if wait:
            _report(_follow(client, job.job_id))


@app.command()
def status(job_id: JobId, wait: Wait = False, url: Url = DEFAULT_URL, api_key: Key = None) -> None:
    """Print how far a job is."""
    with _client(url, api_key) as client:
        _report(_follow(client, job_id) if wait else client.job(job_id))


@app.command()
def results(
    job_id: JobId,
    after: Annotated[str | None, typer.Option("--after", help="`cursor` of the last result that you have.")] = None,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for more until the job has ended.")] = False,
    url: Url = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Print the lines that have ended as JSON lines, in the order in which they did."""
    with _client(url, api_key) as client:
        for result in client.results(job_id, after=after, follow=follow):
            typer.echo(result.model_dump_json())


@app.command()
def cancel(job_id: JobId, url: Url = DEFAULT_URL, api_key: Key = None) -> None:
    """Cancel what has not begun."""
    with _client(url, api_key) as client:
        _report(client.cancel_job(job_id))


@app.command()
def replay(
    job_id: JobId,
    lines: Annotated[list[int] | None, typer.Argument(metavar="[LINE]…", help="Parked lines; none given: all.")] = None,
    url: Url = DEFAULT_URL,
    api_key: Key = None,
) -> None:
    """Judge parked lines again."""
    with _client(url, api_key) as client:
        _report(client.replay_job(job_id, lines or None))


@contextlib.contextmanager
def _client(url: str, api_key: str | None) -> Iterator[Client]:
    try:
        client = Client(url, api_key=api_key)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with client:
        try:
            yield client
        except ProblemAnswered as problem:
            _fail(problem.code, str(problem).partition("] ")[2])
        except ClientError as error:
            _fail("unreachable", str(error))


def _fail(code: str, message: str) -> NoReturn:
    typer.echo(f"error [{code}]: {message}", err=True)
    raise typer.Exit(1)


def _follow(client: Client, job_id: str) -> Job:
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("", total=None)

        def show(job: Job) -> None:
            progress.update(task, total=job.lines, completed=job.lines - job.left, description=_counts(job))

        return client.wait_for_job(job_id, progress=show)


def _report(job: Job) -> None:
    typer.echo(f"{job.job_id} {job.state}: {job.lines - job.left} of {job.lines} lines, {_counts(job)}")


def _counts(job: Job) -> str:
    outcomes = {name: count for name, count in job.counts.outcomes.model_dump().items() if count}
    ended = {"parked": job.counts.parked, "cancelled": job.counts.cancelled}
    shown = [f"{count} {name}" for name, count in {**outcomes, **ended}.items() if count]
    return ", ".join(shown) or "none judged yet"
