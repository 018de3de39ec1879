import re
import tomllib
from pathlib import Path

from serving.pages.static_files import STATIC, STATIC_PATH, static_version
from tests.serving.servers.running import Running


def test_static_files_are_immutable_under_an_address_that_changes_with_their_content(site: Running) -> None:
    page = site.http.get("/").text
    paths = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert paths
    for path in paths:
        answer = site.http.get(path)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert site.http.get(f"/static/{'0' * 12}/shared/tokens.css").status_code == 404


def test_the_version_changes_with_names_and_contents_in_every_subfolder(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    file = tmp_path / "page" / "a.js"
    file.write_text("1")
    versions = [static_version(tmp_path), static_version(tmp_path)]
    assert versions[0] == versions[1]
    file.write_text("2")
    versions.append(static_version(tmp_path))
    file.rename(tmp_path / "page" / "b.js")
    versions.append(static_version(tmp_path))
    (tmp_path / "other").mkdir()
    (tmp_path / "page" / "b.js").rename(tmp_path / "other" / "b.js")
    versions.append(static_version(tmp_path))
    assert len(set(versions)) == 4


def test_every_static_file_and_template_is_installed_with_the_package() -> None:
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["serving"]
    package = STATIC.parents[1]
    installed = {file for pattern in patterns for file in package.glob(pattern)}
    files = {
        file for folder in (STATIC, package / "pages" / "templates") for file in folder.rglob("*") if file.is_file()
    }
    assert len(files) > 30
    assert files - installed == set()


def test_every_import_of_a_script_leads_to_a_file() -> None:
    imports = [
        (script, found)
        for script in STATIC.rglob("*.js")
        for found in re.findall(r'from "(\.[^"]+)"', script.read_text(encoding="utf-8"))
    ]
    assert len(imports) > 50
    assert [(script.name, found) for script, found in imports if not (script.parent / found).is_file()] == []


def test_a_missing_static_file_is_a_problem_and_no_file_outside_the_folder_is_given(site: Running) -> None:
    for path in ("shared/nope.js", "../routes.py", "%2e%2e/routes.py"):
        assert site.http.get(f"{STATIC_PATH}/{path}").status_code == 404
