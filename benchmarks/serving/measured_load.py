"""A load on a running server with its cost: processor time and memory of the server, the client and the machine."""

from __future__ import annotations

from benchmarks.serving.load import Load, run_load
from benchmarks.serving.machine import MachineClock
from benchmarks.serving.results import Row
from benchmarks.serving.servers import Running


def measure_load(running: Running, load: Load) -> Row:
    """Run a load to its end.

    `cpu_ms` is the processor's milliseconds a photo of all the server's processes, `cores` how many cores they got,
    `idle_share` how much of the machine nobody used; `p50_ms`, `p99_ms` and `others` are of requests. What the kernel
    writes back for it later counts for nobody.
    """
    before_s = running.tree.cpu_s()
    with MachineClock() as clock:
        result = run_load(load)
    cpu_s = running.tree.cpu_s() - before_s
    memory = running.tree.memory()
    photos = result.count(200) * load.photos_a_request
    return {
        "photos": photos,
        "others": len(result.exchanges) - result.count(200),
        "photos_per_s": result.rate_per_s * load.photos_a_request,
        "p50_ms": result.latency_ms(50),
        "p99_ms": result.latency_ms(99),
        "cpu_ms": 1e3 * cpu_s / max(1, photos),
        "client_cpu_ms": 1e3 * result.client_cpu_s / max(1, photos),
        "cores": cpu_s / clock.seconds,
        "idle_share": clock.idle_share,
        "peak_mib": memory.peak,
        "proportional_mib": memory.proportional,
    }
