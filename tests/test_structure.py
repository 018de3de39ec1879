"""The layout keeps to its limits, and what measures it finds what breaks them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.structure.claims import measure
from tests.structure.cycles import find_cycles
from tests.structure.mirror import EXCEPTIONS, MIN_SHARE, find_stale_exceptions, measure_mirrors
from tests.structure.paragraphs import find_long_paragraphs
from tests.structure.sizes import find_crowded_folders, find_long_files, find_long_functions
from tests.structure.sources import PRODUCT, Tree, read_tree
from tests.structure.words import find_retired_words

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def ours() -> Tree:
    return read_tree(ROOT)


def tree_of(root: Path, files: Mapping[str, str]) -> Tree:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return read_tree(root)


def test_a_folder_of_code_holds_at_most_twenty_files(ours: Tree) -> None:
    assert find_crowded_folders(ours) == []


def test_no_file_is_longer_than_four_hundred_lines(ours: Tree) -> None:
    assert find_long_files(ours) == []


def test_no_function_is_longer_than_sixty_lines(ours: Tree) -> None:
    assert find_long_functions(ours) == []


def test_no_paragraph_is_longer_than_ninety_words(ours: Tree) -> None:
    assert find_long_paragraphs(ours) == []


def test_no_package_is_imported_by_what_it_imports(ours: Tree) -> None:
    assert find_cycles(ours) == []


def test_no_retired_word_and_no_name_of_a_gone_module_is_left(ours: Tree) -> None:
    assert find_retired_words(ours) == []


@pytest.mark.parametrize("package", PRODUCT)
def test_nine_in_ten_modules_have_a_test_at_the_mirrored_place(ours: Tree, package: str) -> None:
    (mirror,) = [mirror for mirror in measure_mirrors(ours) if mirror.package == package]
    assert mirror.share >= MIN_SHARE, mirror.missing


def test_the_exceptions_to_mirrored_tests_are_needed(ours: Tree) -> None:
    assert find_stale_exceptions(ours) == []


def test_the_tree_is_read_whole(ours: Tree) -> None:
    assert len(ours.modules) > 400
    assert {"README.md", "Makefile", "configs/demo.toml"} <= ours.paths
    assert {".py", ".js", ".css", ".html", ".j2"} <= {source.path.suffix for source in ours.code}


def test_two_packages_that_import_each_other_are_a_cycle(tmp_path: Path) -> None:
    files = {
        "vision/photo/decode.py": "from vision.config.read import setting",
        "vision/config/read.py": "import vision.errors",
        "vision/config/fields.py": "def late():\n    import vision.photo.exif",
        "vision/photo/exif.py": "",
        "vision/errors.py": "",
    }
    assert find_cycles(tree_of(tmp_path, files)) == ["vision: config <-> photo"]


def test_a_cycle_inside_a_nested_package_is_found_through_relative_imports(tmp_path: Path) -> None:
    files = {
        "training/a/__init__.py": "",
        "training/a/b/__init__.py": "",
        "training/a/b/c.py": "from . import d",
        "training/a/b/d.py": "from .c import e",
        "training/a/f.py": "from .b.c import e",
    }
    assert find_cycles(tree_of(tmp_path, files)) == ["training.a.b: c <-> d"]


def test_imports_that_all_go_one_way_are_no_cycle(tmp_path: Path) -> None:
    files = {"vision/a/b.py": "import vision.c", "vision/c.py": "import vision.d.e", "vision/d/e.py": "import os"}
    assert find_cycles(tree_of(tmp_path, files)) == []


@pytest.mark.parametrize(("files", "found"), [(20, []), (21, ["serving/static: 21 files"])])
def test_a_folder_holds_twenty_files_of_code_besides_its_init(tmp_path: Path, files: int, found: list[str]) -> None:
    names = [
        f"{n}{suffix}" for n, suffix in zip(range(files), (".js", ".css", ".html", ".j2", ".py") * 5, strict=False)
    ]
    tree = tree_of(tmp_path, {f"serving/static/{name}": "" for name in [*names, "__init__.py", "read.md", "data.json"]})
    assert find_crowded_folders(tree) == found


@pytest.mark.parametrize(("lines", "found"), [(60, []), (61, ["vision/a.py:2 long: 61 lines"])])
def test_a_function_may_have_sixty_lines(tmp_path: Path, lines: int, found: list[str]) -> None:
    text = "class A:\n    def long(self):\n" + "        pass\n" * (lines - 1)
    assert find_long_functions(tree_of(tmp_path, {"vision/a.py": text})) == found


@pytest.mark.parametrize(("lines", "found"), [(400, []), (401, ["tests/test_a.py: 401 lines"])])
def test_a_file_may_have_four_hundred_lines(tmp_path: Path, lines: int, found: list[str]) -> None:
    assert find_long_files(tree_of(tmp_path, {"tests/test_a.py": "pass\n" * lines})) == found


def test_a_module_counts_as_tested_where_its_test_mirrors_it(tmp_path: Path) -> None:
    tree = tree_of(
        tmp_path,
        {
            "vision/a/b.py": "",
            "tests/vision/a/test_b.py": "",
            "vision/a/c.py": "",
            "tests/vision/test_c.py": "",
            "vision/d.py": "",
            "vision/a/__init__.py": '"""Exports."""\nfrom vision.a.b import x\n__all__ = ["x"]\n',
            "vision/e/__init__.py": "x = 1",
            "serving/store/migrations/env.py": "run()",
        },
    )
    (mirror,) = [m for m in measure_mirrors(tree, {"vision/d.py": "has a reason"}) if m.package == "vision"]
    assert (mirror.modules, mirror.missing) == (3, ("vision/a/c.py", "vision/e/__init__.py"))
    assert mirror.share == pytest.approx(1 / 3)


def test_an_exception_whose_module_is_gone_or_tested_is_stale(tmp_path: Path) -> None:
    tree = tree_of(tmp_path, {"vision/a.py": "", "tests/vision/test_a.py": "", "vision/b.py": ""})
    reasons = dict.fromkeys(("vision/a.py", "vision/b.py", "vision/c.py"), "why")
    assert find_stale_exceptions(tree, reasons) == ["vision/a.py", "vision/c.py"]


@pytest.mark.parametrize(
    "line",
    [
        "told = 1",
        "def f(*, of): pass",
        "f(of=1)",
        "MOST_BYTES = 1",
        "class HopTimer: pass",
        "class BundleRecord: pass",
        "from vision import short_way",
        "self.look = 1",
        "def test_what_went_wrong_is_told(): pass",
        "def f(): 'What the network said.'",
        "x = 1  # what it left out",
        "x = 1  # the share that stops training",
        "raise ValueError('a file that no stranger shall send')",
        "def f(*, most): pass",
    ],
)
def test_a_retired_word_is_found_in_names_and_words_of_python(tmp_path: Path, line: str) -> None:
    assert find_retired_words(tree_of(tmp_path, {"vision/a.py": f"{line}\n"})) != []


@pytest.mark.parametrize(
    "line",
    [
        "almost = 1",
        "MAX_BYTES = 1",
        "config.most",
        "class C:\n    most: int",
        "C(most=1)",
        "def test_the_two_are_told_apart_and_at_least_one_is_left(): pass",
        "x = 1  # at most 8 photos; look at the report",
        "x = 1  # an error stops training",
    ],
)
def test_other_words_and_the_keys_that_users_wrote_down_are_left_alone(tmp_path: Path, line: str) -> None:
    assert find_retired_words(tree_of(tmp_path, {"vision/a.py": f"{line}\n"})) == []


def test_a_retired_word_is_found_in_file_names_pages_and_scripts(tmp_path: Path) -> None:
    files = {"vision/hops.py": "", "docs/a.md": "\nThe own machine.", "serving/a.js": "const said = 1;"}
    assert find_retired_words(tree_of(tmp_path, files)) == [
        "docs/a.md:2 “own machine”",
        "serving/a.js:1 “said”",
        "vision/hops.py:1 hops",
    ]


def test_a_phrase_that_stays_is_left_alone_in_its_files_only(tmp_path: Path) -> None:
    files = {"serving/a.js": "new Promise(work); // it promises", "docs/a.md": "Promise", "serving/a.py": "# told\n"}
    assert find_retired_words(tree_of(tmp_path, files)) == [
        "docs/a.md:1 “Promise”",
        "serving/a.js:1 “promises”",
        "serving/a.py:1 “told”",
    ]


def test_a_name_of_a_module_that_is_gone_is_found(tmp_path: Path) -> None:
    files = {
        "docs/a.md": "`vision/photo.py`, `vision/photo/decode.py`, vision.photo.old and vision.photo.decode.read_photo",
        "vision/photo/decode.py": "def read_photo(): pass",
    }
    assert find_retired_words(tree_of(tmp_path, files)) == [
        "docs/a.md:1 vision/photo.py is gone",
        "docs/a.md:1 vision.photo.old is gone",
    ]


def test_a_paragraph_is_long_past_ninety_words_outside_code_and_tables(tmp_path: Path) -> None:
    many = "word " * 91
    page = f"{'word ' * 90}\n\n```\n{many}\n```\n\n| {many} |\n\n- {'word ' * 50}\n- {'word ' * 50}\n\nstart\n{many}\n"
    files = {"docs/deep/a.md": page, "README.md": f"# Title\n{many}", "CHANGELOG.md": many}
    assert find_long_paragraphs(tree_of(tmp_path, files)) == ["README.md:2 91 words", "docs/deep/a.md:12 92 words"]


def test_a_claim_holds_only_where_nothing_breaks_it(tmp_path: Path) -> None:
    files = {"README.md": "word " * 91, "vision/a.py": "", "serving/hops.py": "", **dict.fromkeys(EXCEPTIONS, "")}
    broken = {claim.name for claim in measure(tree_of(tmp_path, files)) if not claim.holds}
    assert broken == {
        "modules of vision with a mirrored test",
        "modules of serving with a mirrored test",
        "retired words and names",
        "paragraphs over 90 words",
    }
