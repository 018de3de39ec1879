"""What PostgreSQL does to a server: connections that end under load, and a database that is away."""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Callable

import httpx

from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import Running


def end_connections(postgresql: PostgresqlServer, database: str) -> None:
    name = database.rpartition("/")[2]
    postgresql.run("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")


def test_connections_that_end_under_load_lose_and_double_nothing(
    start: Callable[..., Running], postgresql: PostgresqlServer
) -> None:
    """Each check is sent with its key until it is answered 200: it is there once, as it was answered."""
    with postgresql.store() as database:
        server = start(database=database)
        done = threading.Event()

        def end_again_and_again() -> None:
            while not done.wait(0.15):
                end_connections(postgresql, database)

        def send(number: int) -> httpx.Response:
            for _ in range(50):
                response = server.check(jpeg(seed=number), headers={"Idempotency-Key": str(number)})
                if response.status_code == 200:
                    break
                assert (response.status_code, response.json()["code"]) in (
                    (503, "store_unavailable"), (409, "idempotency_in_progress"),
                )  # fmt: skip
                done.wait(0.2)
            return response

        ending = threading.Thread(target=end_again_and_again)
        ending.start()
        try:
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                answered = [response.json() for response in pool.map(send, range(24))]
        finally:
            done.set()
            ending.join()
        listed = server.http.get("/v1/checks", params={"limit": "200"}).json()["checks"]
        assert sorted(check["check_id"] for check in listed) == sorted(check["check_id"] for check in answered)
        for answer in answered:
            assert server.http.get(answer["photos"][0]["evidence_url"]).status_code == 200
        server.stop()


def test_a_database_that_is_away_is_answered_503_until_it_is_back(
    start: Callable[..., Running], postgresql: PostgresqlServer
) -> None:
    with postgresql.store() as database:
        server = start(database=database)
        kept = server.answer(jpeg(seed=1))
        name = database.rpartition("/")[2]
        postgresql.run("postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        end_connections(postgresql, database)
        for response in (server.check(jpeg(seed=2)), server.http.get(f"/v1/checks/{kept['check_id']}")):
            assert (response.status_code, response.json()["code"]) == (503, "store_unavailable")
            assert int(response.headers["retry-after"]) >= 1
        assert server.http.get("/readyz").status_code == 503
        assert server.http.get("/healthz").status_code == 200
        postgresql.run("postgres", f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        until(lambda: server.http.get("/readyz").status_code == 200)
        assert server.http.get(f"/v1/checks/{kept['check_id']}").json()["check_id"] == kept["check_id"]
        server.answer(jpeg(seed=2))
        server.stop()
