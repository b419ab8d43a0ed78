"""Figures for Prometheus: requests, their times, jobs."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = ["Metrics"]

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """Counts of one server, told apart by the pattern of the address, never by its content."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "smartcart_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "smartcart_request_seconds",
            "Time to answer.",
            ["route"],
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._jobs = Gauge("smartcart_jobs", "Jobs by state.", ["state"], registry=self._registry)

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method if method in METHODS else "other", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self, jobs: dict[str, int]) -> bytes:
        """Return all figures in Prometheus' text format; ``jobs`` are counts by state."""
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        found: bytes = generate_latest(self._registry)
        return found
