from __future__ import annotations

from tests.serving.servers.running import Running

CSV = {"Content-Type": "text/csv"}
TABLE = "product,country,listing_id\r\nbulk,DE,b1\r\nbulk,XX,b2\r\n"


def test_a_table_is_examined_and_then_opened(server: Running) -> None:
    for query, opened in (("?dry_run=true", 0), ("", 1)):
        answer = server.http.post(f"/v1/cases/bulk{query}", content=TABLE, headers=CSV).json()
        assert (answer["rows"], answer["opened"], answer["bad"]) == (2, 1, 1)
        assert (answer["faults"][0]["line"], answer["faults"][0]["column"]) == (3, "country")
        assert server.http.get("/v1/cases/counts", params={"product": "bulk"}).json()["total"] == opened


def test_something_else_than_a_table_is_refused(server: Running) -> None:
    json = server.http.post("/v1/cases/bulk", json={})
    assert (json.status_code, json.json()["code"]) == (415, "media_type_unsupported")
    header = server.http.post("/v1/cases/bulk", content="a;b\n1;2\n", headers=CSV)
    assert (header.status_code, header.json()["code"]) == (422, "request_invalid")
