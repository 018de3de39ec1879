from __future__ import annotations

import json

from tests.serving.builders.sample_photos import RED, jpeg
from tests.serving.builders.sent_buys import POINTS, accepted_plan, move, received
from tests.serving.evidence.conftest import Site
from tests.serving.evidence.contents.test_checks import report_of


def test_what_a_test_buy_found_is_in_the_file_of_its_check(site: Site) -> None:
    http, product = site.running.http, site.check["product"]
    http.put(f"/v1/test-buys/checklists/{product}", json={"version": 0, "points": POINTS}).raise_for_status()
    plan = accepted_plan(http, product)
    buy = received(http, plan["plan_id"], jpeg(RED, seed=99))
    findings = [{"point_id": "seal", "result": "fail", "note": "no year on the seal"}]
    move(http, move(http, buy, "examined", findings=findings), "counterfeit")
    archive = site.zip_of("checks", buy["check_id"])
    prefix = f"checks/001/test-buy-{buy['buy_id']}"
    found = json.loads(archive.read(f"{prefix}.json"))
    assert (found["state"], found["findings"][0]["note"]) == ("counterfeit", "no year on the seal")
    assert archive.read(f"{prefix}-photo-000-received.jpg") == jpeg(RED, seed=99)
    assert f"{prefix}-photo-000-upright.jpg" in archive.namelist()
    text = report_of(archive)
    for expected in ("drawn at random, with probability", "no year on the seal", "test_buy.moved"):
        assert expected in text, expected
