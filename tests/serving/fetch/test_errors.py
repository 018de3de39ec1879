from __future__ import annotations

import re
from pathlib import Path

from serving.fetch import errors
from serving.fetch.errors import TEMPORARY_CODES, FetchError


def test_the_tree_in_the_docstring_names_every_error() -> None:
    named = {name for name in vars(errors) if name.startswith("Fetch")}
    assert all(name in (errors.__doc__ or "") for name in named)
    assert len(named) == 1 + len(FetchError.__subclasses__())


def test_every_code_begins_with_fetch() -> None:
    assert all(kind.code.startswith("fetch_") for kind in FetchError.__subclasses__())
    assert len({kind.code for kind in FetchError.__subclasses__()}) == len(FetchError.__subclasses__())


def test_what_the_documentation_says_to_send_again_is_temporary() -> None:
    page = (Path(__file__).parents[3] / "docs" / "errors.md").read_text(encoding="utf-8")
    later = re.findall(r"^\| `(fetch_\w+)` \|.*\| send it again later", page, re.MULTILINE)
    assert set(later) == TEMPORARY_CODES
