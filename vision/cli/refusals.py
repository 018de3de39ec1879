"""How a command reports an error: one line with its code and what to change, in place of a traceback."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Final, NoReturn

from vision.errors import MissingExtra, TouchstoneError

EXIT_REFUSED: Final = 1  # the command ran and refused: a TouchstoneError
EXIT_USAGE: Final = 2  # the command could not start: wrong arguments, or an extra is missing


@contextlib.contextmanager
def refusals_in_one_line() -> Iterator[None]:
    """Exit with one line and an exit code where the block raises a TouchstoneError."""
    try:
        yield
    except TouchstoneError as error:
        refuse(error)


def refuse(error: TouchstoneError) -> NoReturn:
    """Print the error in one line, and exit."""
    print(f"error [{error.code}]: {error}", file=sys.stderr)
    sys.exit(EXIT_USAGE if isinstance(error, MissingExtra) else EXIT_REFUSED)
