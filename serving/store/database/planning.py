"""What a query tells a database about how to run it."""

from __future__ import annotations

from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, SQLColumnExpression
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

T = TypeVar("T")


class _Unindexed(FunctionElement[Any]):
    inherit_cache = True


def unindexed(column: SQLColumnExpression[T]) -> ColumnElement[T]:
    """Give the column, as one by whose indexes SQLite neither reads nor sorts.

    SQLite chooses an index without knowing how many rows it would pass; PostgreSQL knows, and chooses by itself.
    """
    element = _Unindexed(column)
    element.type = cast(ColumnElement[T], column).type
    return element


@compiles(_Unindexed)
def _as_it_is(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses.clauses[0], **options)


@compiles(_Unindexed, "sqlite")
def _with_plus(element: _Unindexed, compiler: SQLCompiler, **options: Any) -> str:
    return f"+{compiler.process(element.clauses.clauses[0], **options)}"  # https://www.sqlite.org/optoverview.html 2.2
