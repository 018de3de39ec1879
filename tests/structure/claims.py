"""The claims about the layout, each with its figure, its limit and what breaks it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.structure.cycles import find_cycles
from tests.structure.mirror import MIN_SHARE, find_stale_exceptions, measure_mirrors
from tests.structure.paragraphs import MAX_WORDS, find_long_paragraphs
from tests.structure.sizes import (
    MAX_FILE_LINES,
    MAX_FILES,
    MAX_FUNCTION_LINES,
    files_by_folder,
    find_crowded_folders,
    find_long_files,
    find_long_functions,
)
from tests.structure.sources import Tree
from tests.structure.words import find_retired_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    name: str
    figure: str
    limit: str
    holds: bool
    findings: tuple[str, ...]


def measure(tree: Tree) -> list[Claim]:
    """Measure every claim, in the order in which they are printed."""
    return [
        _none("import cycles", find_cycles(tree)),
        Claim(
            name="files side by side",
            figure=f"{max(files_by_folder(tree).values(), default=0)}",
            limit=f"<= {MAX_FILES}",
            holds=not find_crowded_folders(tree),
            findings=tuple(find_crowded_folders(tree)),
        ),
        _none(f"functions over {MAX_FUNCTION_LINES} lines", find_long_functions(tree)),
        _none(f"files over {MAX_FILE_LINES} lines", find_long_files(tree)),
        *_mirrors(tree),
        _none("exceptions to mirrored tests that are none", find_stale_exceptions(tree)),
        _none("retired words and names", find_retired_words(tree)),
        _none(f"paragraphs over {MAX_WORDS} words", find_long_paragraphs(tree)),
    ]


def _mirrors(tree: Tree) -> list[Claim]:
    return [
        Claim(
            name=f"modules of {mirror.package} with a mirrored test",
            figure=f"{mirror.share:.1%} of {mirror.modules}",
            limit=f">= {MIN_SHARE:.0%}",
            holds=mirror.share >= MIN_SHARE,
            findings=mirror.missing,
        )
        for mirror in measure_mirrors(tree)
    ]


def _none(name: str, findings: list[str]) -> Claim:
    return Claim(name=name, figure=str(len(findings)), limit="0", holds=not findings, findings=tuple(findings))
