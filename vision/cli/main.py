"""The one command, `touchstone`: its subcommands are entry points, and only the invoked one is imported.

The list in `touchstone --help` must cost nothing (training's commands pull in torch), so each line is read from the
command's source without running it: the first sentence of the command function's docstring, which is also what
`touchstone NAME --help` prints.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

from vision.cli.command_summary import read_summary
from vision.cli.optional_extras import missing_extra
from vision.cli.output_encoding import print_any_name
from vision.cli.refusals import refusals_in_one_line, refuse

COMMANDS_GROUP = "touchstone.commands"
EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells expect


class CommandGroup(TyperGroup):
    """A group whose members are entry points: summaries for the list, the real command once it is invoked."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._found = {point.name: point for point in sorted(_found_commands(), key=lambda point: point.name)}
        for name, point in self._found.items():
            self.add_command(TyperCommand(name, help=read_summary(point.module)))

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # typer's click
        """Give the command that `args` names, imported; an unknown name is a usage error that names the nearest."""
        name, stand_in, rest = super().resolve_command(ctx, args)
        return name, load_command(self._found[name]) if name in self._found else stand_in, rest


def load_command(point: EntryPoint) -> Any:
    """Import one subcommand and give what typer runs for it."""
    command: Any = typer.main.get_command(point.load())
    command.name = point.name
    command.params = [  # shell completion is installed once, by `touchstone --install-completion`
        parameter for parameter in command.params if parameter.name not in ("install_completion", "show_completion")
    ]
    return command


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `touchstone` and leave with its exit code: 0, 1 refused, 2 wrong usage, 130 interrupted."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    print_any_name()
    try:
        with refusals_in_one_line():
            typer.main.get_command(app)(given, prog_name="touchstone")
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except ModuleNotFoundError as error:
        named = missing_extra(error, asked_by=_module_of(given))
        if named is None:
            raise
        refuse(named)
    sys.exit(0)


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"touchstone {version('touchstone')}")
        raise typer.Exit


@app.callback()
def touchstone(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Tell genuine products from counterfeits by their photos: train, evaluate, serve, check."""


def _found_commands() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=COMMANDS_GROUP))


def _module_of(arguments: Sequence[str]) -> str:
    invoked = next((argument for argument in arguments if not argument.startswith("-")), "")
    return next((point.module for point in _found_commands() if point.name == invoked), "")


if __name__ == "__main__":
    main()
