"""The Prometheus metrics of drift, of the bundles that serve now."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

_BUNDLE = ("bundle", "version")


class DriftMetrics:
    """Gauges of the last window by measure, and counters of windows and alarms."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._psi = Gauge(
            "touchstone_drift_psi",
            "Population stability index of the last window against the bundle's held-out validation sample.",
            (*_BUNDLE, "measure"),
            registry=registry,
        )
        self._p_value = Gauge(
            "touchstone_drift_p_value",
            "Kolmogorov-Smirnov p-value of the last window against the bundle's held-out validation sample.",
            (*_BUNDLE, "measure"),
            registry=registry,
        )
        self._alarm = Gauge(
            "touchstone_drift_alarm", "1 where the last window raised an alarm.", _BUNDLE, registry=registry
        )
        self._listings = Gauge(
            "touchstone_drift_window_listings", "Listings in the window that is open.", _BUNDLE, registry=registry
        )
        self._windows = Counter("touchstone_drift_windows", "Windows that were tested.", _BUNDLE, registry=registry)
        self._alarms = Counter("touchstone_drift_alarms", "Windows that raised an alarm.", _BUNDLE, registry=registry)

    def show_filling(self, bundle: tuple[str, str], listings: int) -> None:
        """Show how full the open window is."""
        self._listings.labels(*bundle).set(listings)

    def show_measure(self, bundle: tuple[str, str], measure: str, *, psi: float, p_value: float) -> None:
        """Show one measure of the last window."""
        self._psi.labels(*bundle, measure).set(psi)
        self._p_value.labels(*bundle, measure).set(p_value)

    def count_window(self, bundle: tuple[str, str], *, alarm: bool) -> None:
        """Count a tested window."""
        self._alarm.labels(*bundle).set(alarm)
        self._windows.labels(*bundle).inc()
        self._alarms.labels(*bundle).inc(int(alarm))

    def remove(self, bundle: tuple[str, str]) -> None:
        """Remove the gauges of a bundle that no longer serves; counters stay."""
        for gauge in (self._psi, self._p_value, self._alarm, self._listings):
            gauge.remove_by_labels({"bundle": bundle[0], "version": bundle[1]})
