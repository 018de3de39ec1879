from __future__ import annotations

from serving.client import Client
from tests.serving.servers.running import Running


def test_the_metrics_show_the_bundles_that_answer_and_no_others(site: Running, client: Client) -> None:
    def shown() -> set[str]:
        lines = site.http.get("/metrics").text.splitlines()
        info = [line for line in lines if line.startswith("touchstone_bundle_info{")]
        return {line.partition('version="')[2].partition('"')[0] for line in info}

    client.bundle("tiny").canary("v2", 0.5)
    assert shown() == {"1", "2"}
    client.bundle("tiny").activate("v3")
    assert shown() == {"3"}
