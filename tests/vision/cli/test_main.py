"""The one command: what it lists, imports, says and returns. Each test runs the real thing in its own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from importlib.metadata import entry_points, version
from pathlib import Path

import pytest

from vision.cli.command_summary import read_summary
from vision.cli.main import COMMANDS_GROUP, load_command

PROBE = '''
"""A module of commands, installed beside touchstone by these tests."""
import time
import typer
from vision.errors import ConfigError, MissingExtra

refuse = typer.Typer()
lacking = typer.Typer()
slow = typer.Typer()
heavy = typer.Typer()
broken = typer.Typer()
group = typer.Typer(help="Work with labels.")


@refuse.command()
def run(reason: str) -> None:
    """Refuse for a reason.

    The second paragraph is not in the list.
    """
    raise ConfigError(reason)


@lacking.command()
def lack() -> None:
    """Find out by itself that an extra is missing."""
    raise MissingExtra("install touchstone[render]")


@slow.command()
def wait() -> None:
    """Wait until interrupted."""
    print("waiting", flush=True)
    time.sleep(60)


@heavy.command()
def learn() -> None:
    """Need an extra's package."""
    import torch


@broken.command()
def fail() -> None:
    """Need a package of nobody's."""
    import no_such_package_at_all


@group.callback()
def labels() -> None:
    pass


@group.command()
def export(count: int = 1) -> None:
    """Export labels."""
    print("exported", count)
'''
ENTRY_POINTS = "\n".join(
    [
        f"[{COMMANDS_GROUP}]",
        *(
            f"probe-{name} = probe_commands:{name}"
            for name in ("refuse", "lacking", "slow", "heavy", "broken", "group")
        ),
    ]
)


@pytest.fixture
def probe_path(tmp_path: Path) -> Path:
    """Give a folder that, on PYTHONPATH, is an installed distribution with commands of its own."""
    metadata = tmp_path / "probe-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: probe\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    (tmp_path / "probe_commands.py").write_text(PROBE)
    return tmp_path


def touchstone(*arguments: str, before: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in its own process; `before` is Python that runs first, and stderr shows what was imported."""
    program = f"""
        import sys
        {before}
        from vision.cli.main import main
        try:
            main({list(arguments)!r})
        finally:
            print("imported:", *sorted(sys.modules), file=sys.stderr)
    """
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={**os.environ, "COLUMNS": "120", "TERM": "dumb", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def imported(run: subprocess.CompletedProcess[str]) -> set[str]:
    return set(run.stderr.rpartition("imported: ")[2].split())


def stderr_of(run: subprocess.CompletedProcess[str]) -> str:
    return run.stderr.partition("imported: ")[0]


def test_the_list_of_commands_has_one_line_for_each_and_imports_none(probe_path: Path) -> None:
    run = touchstone("--help", PYTHONPATH=str(probe_path))
    assert run.returncode == 0
    assert "probe-refuse" in run.stdout
    assert "Work with labels." in run.stdout
    assert "second paragraph" not in run.stdout
    assert not imported(run) & {"probe_commands", "torch", "onnxruntime", "fastapi", "numpy", "PIL"}


def test_without_arguments_the_help_is_shown() -> None:
    assert "Usage: touchstone" in touchstone().stdout


def test_every_command_of_ours_is_listed_with_what_its_own_help_says() -> None:
    listing = touchstone("--help").stdout
    for point in entry_points(group=COMMANDS_GROUP):
        summary = read_summary(point.module)
        assert summary, f"{point.module} says nothing about itself"
        assert point.name in listing
        assert summary[:40] in listing


@pytest.mark.parametrize("name", sorted(entry_points(group=COMMANDS_GROUP).names))
def test_a_command_loads_and_its_help_begins_with_its_line_in_the_list(name: str) -> None:
    (point,) = entry_points(group=COMMANDS_GROUP, name=name)
    command = load_command(point)
    assert str(command.help).strip().partition("\n")[0] == read_summary(point.module)
    assert not {"install_completion", "show_completion"} & {parameter.name for parameter in command.params}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("command", ["refuse", "group"])
def test_a_name_that_the_output_can_t_encode_is_no_traceback(probe_path: Path, command: str, encoding: str) -> None:
    arguments = {"refuse": ["probe-refuse", "日本.jpg"], "group": ["probe-group", "export", "--日本"]}[command]
    run = touchstone(*arguments, PYTHONPATH=str(probe_path), PYTHONIOENCODING=encoding)
    assert run.returncode == {"refuse": 1, "group": 2}[command]
    assert "Traceback" not in run.stderr
    assert ("日本" if encoding == "utf-8" else r"\u65e5\u672c") in run.stderr


def test_the_version_is_the_installed_one() -> None:
    assert touchstone("--version").stdout == f"touchstone {version('touchstone')}\n"


def test_an_unknown_command_names_the_nearest(probe_path: Path) -> None:
    run = touchstone("trian", PYTHONPATH=str(probe_path))
    assert run.returncode == 2
    assert "No such command 'trian'. Did you mean 'train'?" in stderr_of(run)
    assert "probe_commands" not in imported(run)


def test_a_refusal_is_one_line_with_its_code(probe_path: Path) -> None:
    run = touchstone("probe-refuse", "the [bold]reason[/bold]", PYTHONPATH=str(probe_path))
    assert run.returncode == 1
    assert stderr_of(run) == "error [config_invalid]: the [bold]reason[/bold]\n"


def test_a_command_that_misses_an_extra_by_itself_did_not_start(probe_path: Path) -> None:
    run = touchstone("probe-lacking", PYTHONPATH=str(probe_path))
    assert run.returncode == 2
    assert stderr_of(run) == "error [extra_missing]: install touchstone[render]\n"


def test_wrong_arguments_are_a_usage_error(probe_path: Path) -> None:
    run = touchstone("probe-refuse", PYTHONPATH=str(probe_path))
    assert run.returncode == 2
    assert "Missing argument" in stderr_of(run)


def test_a_group_of_commands_runs_the_one_named(probe_path: Path) -> None:
    run = touchstone("probe-group", "export", "--count", "3", PYTHONPATH=str(probe_path))
    assert (run.returncode, run.stdout) == (0, "exported 3\n")


def test_a_missing_package_of_an_extra_names_the_extra_in_one_line(probe_path: Path) -> None:
    run = touchstone("probe-heavy", before="sys.modules['torch'] = None", PYTHONPATH=str(probe_path))
    assert run.returncode == 2
    assert stderr_of(run) == (
        "error [extra_missing]: needs torch, which is not installed; "
        'install touchstone[train]: in a clone of the repository, pip install ".[train]"\n'
    )


def test_a_missing_package_of_nobody_is_shown_as_the_fault_it_is(probe_path: Path) -> None:
    run = touchstone("probe-broken", PYTHONPATH=str(probe_path))
    assert run.returncode == 1
    assert "Traceback" in run.stderr
    assert "No module named 'no_such_package_at_all'" in run.stderr


def test_an_interrupt_leaves_with_130_and_no_traceback(probe_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "vision.cli.main", "probe-slow"],
        env={**os.environ, "PYTHONPATH": str(probe_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # a test run in a shell's background ignores interrupts, and its children would too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in complaint


def test_shell_completion_offers_commands_without_importing_them(probe_path: Path) -> None:
    run = touchstone(
        PYTHONPATH=str(probe_path), _TOUCHSTONE_COMPLETE="complete_bash", COMP_WORDS="touchstone probe-", COMP_CWORD="1"
    )
    assert run.stdout.split() == [
        "probe-broken",
        "probe-group",
        "probe-heavy",
        "probe-lacking",
        "probe-refuse",
        "probe-slow",
    ]
    assert "probe_commands" not in imported(run)


def test_shell_completion_offers_a_commands_own_options(probe_path: Path) -> None:
    run = touchstone(
        PYTHONPATH=str(probe_path),
        _TOUCHSTONE_COMPLETE="complete_bash",
        COMP_WORDS="touchstone probe-group export --",
        COMP_CWORD="3",
    )
    assert "--count" in run.stdout.split()
