"""How shows stand: `gather` asks, `Status` says it, `as_prometheus` says it to Prometheus."""

from __future__ import annotations

from publisher.status.gathering import gather
from publisher.status.prometheus import as_prometheus
from publisher.status.report import LastRelease, PrivateState, Status
from publisher.status.run import LastRun

__all__ = ["LastRelease", "LastRun", "PrivateState", "Status", "as_prometheus", "gather"]
