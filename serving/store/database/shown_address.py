"""The address of a database as people may read it: without the passwords in it."""

from __future__ import annotations

import re

_USER_INFO = re.compile(r"(://[^:@/\s]*):\S*@")  # to the last @: a password may have one that was not encoded
_PARAMETER = re.compile(r"([?&]\w*password=)[^&\s]*", re.IGNORECASE)  # libpq takes passwords there as well


def shown_address(text: str) -> str:
    """Give an address, or what somebody took for one, with `***` for each password; a folder stays as it is."""
    return _PARAMETER.sub(r"\1***", _USER_INFO.sub(r"\1:***@", text))
