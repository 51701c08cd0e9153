"""What operators see of a request: an event, an operation's name, a status, a duration, a trace. Never its content."""

import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?")
_SERVER_LOG = "uvicorn.error"


class Metrics:
    """Requests and durations by operation; several workers share a folder named by PROMETHEUS_MULTIPROC_DIR."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("operation",)
        self.requests = Counter(
            "casecoord_requests", "Requests answered.", (*labels, "status"), registry=self._registry
        )
        self.seconds = Histogram(
            "casecoord_request_seconds", "Time to answer.", labels, registry=self._registry
        )

    def observe(self, operation: str, status: int, seconds: float) -> None:
        self.requests.labels(operation, str(status)).inc()
        self.seconds.labels(operation).observe(seconds)

    def text(self) -> bytes:
        """Prometheus' text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


def gauges(values: Mapping[str, tuple[str, float]]) -> bytes:
    """What is measured at the moment of asking, in the same format: by name, what it is and how much."""
    registry = CollectorRegistry()
    registry.register(_Now(values))
    return generate_latest(registry)


class _Now(Collector):
    def __init__(self, values: Mapping[str, tuple[str, float]]) -> None:
        self._values = values

    def collect(self) -> Iterator[Metric]:
        for name, (what, value) in self._values.items():
            yield GaugeMetricFamily(name, what, value=value)


def trace_of(traceparent: str | None) -> str:
    """The trace id of a W3C traceparent header; a new one when it is absent or wrong."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    if found is None or traceparent is None or traceparent.startswith("ff"):
        return secrets.token_hex(16)
    trace, span = found[1], found[2]
    return secrets.token_hex(16) if int(trace, 16) == 0 or int(span, 16) == 0 else trace


def configure_logging() -> None:
    """JSON lines on standard error, for us and for every library; a library's words stay inside."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers = [_WithoutWords()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", _SERVER_LOG, "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"


class _WithoutWords(logging.Handler):
    """Libraries quote statements, values and addresses in their messages: name the library and the kind only."""

    def emit(self, record: logging.LogRecord) -> None:
        event: MutableMapping[str, Any] = {
            "library": record.name,
            "module": record.module,
            "line": record.lineno,
        }
        if record.exc_info and record.exc_info[0]:
            event["kind"] = record.exc_info[0].__name__
        elif record.name == _SERVER_LOG:
            event["message"] = record.getMessage()
        structlog.get_logger().log(record.levelno, "library", **event)


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._began
