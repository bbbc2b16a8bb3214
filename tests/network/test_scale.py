"""Growth on paper: the page is what its program writes, from counts that are still true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.counting import COUNTS, IDLE, KINDS, counting
from benchmarks.scale import PAGE, Counts, Prices, Publish, between, written
from tests.servers.server import S3Server
from tests.support.faultproxy import proxying


def test_the_page_is_what_the_program_writes() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page, Counts.read(), Prices()) == page, "run python -m benchmarks.scale"
    assert page.count("<!-- made by benchmarks/scale.py: ") == 4


@pytest.mark.xdist_group("ceph")
def test_the_counts_are_what_a_publish_asks_for(tmp_path: Path, ceph_server: S3Server) -> None:
    """For the smallest show; where that is no longer so, everything is to be counted again."""
    with proxying(ceph_server.endpoint) as proxy, counting(tmp_path, ceph_server, proxy) as place:
        found = place.of_size(10)
    kept = json.loads(COUNTS.read_bytes())["episodes"]["10"]
    for kind in KINDS:
        assert found[kind]["requests"] == kept[kind]["requests"], "run python -m benchmarks.counting"
        sent, before = found[kind]["sent_bytes"], kept[kind]["sent_bytes"]
        assert sent.keys() == before.keys()
        # Addresses stand in feed and pages, and that of the proxy is not as long each time.
        assert sent == {part: pytest.approx(length, rel=0.02) for part, length in before.items()}


def test_nothing_to_do_is_one_request_at_any_size() -> None:
    counts = Counts.read()
    for episodes in (10, 1_000, 100_000):
        one = counts.publish(IDLE, episodes)
        assert (one.read, one.written, one.outside, one.sent_bytes) == (1, 0, 0, 0)


def test_between_points_and_past_them() -> None:
    points = [(10, 1.0), (100, 10.0), (1_000, 10.0)]
    assert between(points, 10) == 1
    assert between(points, 55) == 5.5
    assert between(points, 500) == 10
    assert between(points, 100_000) == 10
    assert between([(10, 1.0), (20, 2.0)], 40) == 4
    assert between([(10, 2.0), (20, 1.0)], 40) == 1, "what fell does not fall for ever"


def test_time_and_money() -> None:
    one = Publish(read=800_000, written=1_000_000, outside=200_000, sent_bytes=0, cpu_seconds=7)
    assert one.cents(Prices(written=4.5, read=0.36)) == pytest.approx(450 + 36)
    assert one.seconds == pytest.approx(7 + 2_000_000 * 0.03 / 8)
    assert Publish(1, 0, 0, 12_500_000, 0).seconds == pytest.approx(0.03 + 1)
