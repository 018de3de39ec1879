from __future__ import annotations

import csv
import io
import time

from tests.serving.builders.sample_photos import BLUE, jpeg
from tests.serving.servers.running import Running


def test_a_rule_is_made_opens_a_case_and_is_switched_off_and_deleted(server: Running) -> None:
    product = server.answer(jpeg(seed=81))["product"]
    sent = {"kind": "counterfeit", "settings": {"country": "DE", "max_authenticity": 1.0, "products": [product]}}
    made = server.http.post("/v1/case-rules", json=sent)
    assert made.status_code == 201, made.text
    address = f"/v1/case-rules/{made.json()['rule_id']}"
    assert made.json() in server.http.get("/v1/case-rules").json()["rules"]
    rows = list(csv.DictReader(io.StringIO(server.http.get("/v1/case-rules.csv").text)))
    assert (rows[-1]["rule_id"], rows[-1]["settings.products"]) == (made.json()["rule_id"], product)
    found = [server.answer(jpeg(BLUE, seed=seed)) for seed in range(82, 85)]
    expected = {check["check_id"] for check in found if check["outcome"] == "counterfeit"}
    assert expected
    deadline = time.monotonic() + 30
    query = {"rule_id": made.json()["rule_id"], "limit": 200}
    while True:
        cases = server.http.get("/v1/cases", params=query).json()["cases"]
        if len(cases) == len(expected) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    assert len(cases) == len(expected)
    assert server.http.patch(address, json={"enabled": False}).json()["enabled"] is False
    assert server.http.delete(address).status_code == 204
    assert server.http.delete(address).json()["code"] == "case_rule_not_found"
