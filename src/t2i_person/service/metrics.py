"""What Prometheus reads at `/metrics`."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SECONDS = (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)


class Metrics:
    """The numbers of one application; another one in the same process has its own."""

    def __init__(self) -> None:
        here = self._registry = CollectorRegistry()
        self.requests = Counter(
            "t2i_person_requests", "Answers.", ["method", "route", "status"], registry=here
        )
        self.latency = Histogram(
            "t2i_person_request_seconds",
            "Time to the end of an answer.",
            ["route"],
            buckets=SECONDS,
            registry=here,
        )
        self.stage = Histogram(
            "t2i_person_stage_seconds",
            "Time in a stage of a drawing.",
            ["stage"],
            buckets=SECONDS,
            registry=here,
        )
        self.jobs = Counter("t2i_person_jobs", "Jobs that ended.", ["status"], registry=here)
        self.errors = Counter("t2i_person_errors", "Problems told to clients.", ["code"], registry=here)

    def watch(self, name: str, help: str, value: Callable[[], float]) -> None:
        """Add a gauge; `value` is called whenever it is read."""
        Gauge(f"t2i_person_{name}", help, registry=self._registry).set_function(value)

    def drawn(self, seconds: Mapping[str, float]) -> None:
        """A drawing has ended."""
        for stage, took in seconds.items():
            self.stage.labels(stage).observe(took)

    def text(self) -> bytes:
        return generate_latest(self._registry)
