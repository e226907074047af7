"""`/metrics` for Prometheus, as a route that a host adds to its own application."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from shopgraph.telemetry.metrics import prometheus

PATH = "/metrics"
_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def metrics_route(path: str = PATH) -> Route:
    """Record metrics from now on, and serve them there. It asks nobody who they are: keep it off the public net.

    Raises:
        MissingDependency: the extra `metrics` is not installed.
    """
    text = prometheus()

    def metrics(_: Request) -> Response:
        return Response(text(), media_type=_TYPE)

    return Route(path, metrics)
