"""The version of the format of evidence files, raised when an older verifier can't read a newer file."""

from typing import Final

FORMAT: Final = 1
