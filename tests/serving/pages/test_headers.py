import re

from serving.pages.headers import CONTENT_SECURITY_POLICY, PAGE_HEADERS, STATIC_HEADERS
from tests.serving.servers.running import Running

FIREFOX_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def test_a_page_allows_only_its_own_scripts_styles_and_answers(site: Running) -> None:
    for path in ("/", "/checks", "/checks/any", "/docs", "/nowhere"):
        answer = site.http.get(path, headers={"Accept": FIREFOX_ACCEPT})
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-cache"
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|<style", answer.text)


def test_the_policy_keeps_out_other_servers_frames_and_inline_scripts() -> None:
    directives = dict(part.split(" ", 1) for part in CONTENT_SECURITY_POLICY.split("; "))
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert directives["script-src"] == directives["connect-src"] == "'self'"
    assert "http" not in CONTENT_SECURITY_POLICY


def test_static_files_may_be_cached_and_pages_must_be_revalidated() -> None:
    assert "immutable" in STATIC_HEADERS["Cache-Control"]
    assert PAGE_HEADERS["Cache-Control"] == "no-cache"
    assert STATIC_HEADERS["X-Content-Type-Options"] == PAGE_HEADERS["X-Content-Type-Options"] == "nosniff"
