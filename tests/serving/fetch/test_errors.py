from __future__ import annotations

from serving.fetch import errors
from serving.fetch.errors import FetchError


def test_the_tree_in_the_docstring_names_every_error() -> None:
    named = {name for name in vars(errors) if name.startswith("Fetch")}
    assert all(name in (errors.__doc__ or "") for name in named)
    assert len(named) == 1 + len(FetchError.__subclasses__())


def test_every_code_begins_with_fetch() -> None:
    assert all(kind.code.startswith("fetch_") for kind in FetchError.__subclasses__())
    assert len({kind.code for kind in FetchError.__subclasses__()}) == len(FetchError.__subclasses__())
