"""Metrics for Prometheus: counts and times, no personal data, no ids."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.problems import Problem, Refused

REGISTRY = CollectorRegistry()
REQUESTS = Counter("mutasi_http_requests_total", "Requests answered", ["method", "route", "status"], registry=REGISTRY)
SECONDS = Histogram(
    "mutasi_http_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
ACTS = Counter("mutasi_acts_total", "Acts handed in, by what became of them", ["act", "outcome"], registry=REGISTRY)
OPEN_CASES = Gauge("mutasi_open_cases", "Open cases by stage", ["stage"], registry=REGISTRY)
OVERDUE_CASES = Gauge("mutasi_overdue_cases", "Open cases past their due date", registry=REGISTRY)
LOG_PENDING = Gauge("mutasi_log_pending", "Rows that wait for their place in the transparency log", registry=REGISTRY)
CHECKPOINTS = Gauge(
    "mutasi_checkpoint_deliveries", "Newest checkpoint to each destination", ["channel", "state"], registry=REGISTRY
)
NOTICES = Gauge("mutasi_notices", "Notices by state", ["state"], registry=REGISTRY)


@contextmanager
def act(name: str) -> Iterator[None]:
    """Count an act by its outcome: done, the code of its refusal, or unknown."""
    outcome = "fault"
    try:
        yield
        outcome = "done"
    except Refused as refused:
        outcome = refused.refusal.code
        raise
    except Problem as problem:
        outcome = problem.code
        raise
    finally:
        ACTS.labels(name, outcome).inc()
