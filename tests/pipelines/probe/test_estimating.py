"""Totals and intervals from stratified samples, against figures worked out by hand."""

import math

import numpy as np
import pytest

from pipelines.probe.drawing import Cluster, Drawn
from pipelines.probe.estimating import Estimate, Estimator, count_bounds, student
from pipelines.readers.record import Piece


def drawn(sizes: list[int], *, of: int, of_bytes: int, inner: float = 1.0, files: bool = True, group: str = "s/files") -> Drawn:
    clusters = tuple(Cluster((Piece("x"),), "/", size) for size in sizes)
    return Drawn(
        source="s", group=group, clusters=clusters, num_clusters=of, num_bytes=of_bytes, inner_share=inner, is_files=files
    )


@pytest.mark.parametrize(
    ("parts", "cluster", "values", "by", "total", "error"),
    [
        # Two of four clusters with 1 and 3: 8; 4**2 * (1 - 1/2) * 2 / 2 = 8.
        ([drawn([10, 10], of=4, of_bytes=40)], [0, 1], [1, 3], "count", 8.0, math.sqrt(8)),
        # In the ratio of bytes: 10 of 100 bytes of 200 is 20; what is left of each is nothing.
        ([drawn([10, 20, 30, 40], of=8, of_bytes=200)], [0, 1, 2, 3], [1, 2, 3, 4], "bytes", 20.0, 0.0),
        # One cluster has most of the bytes: that its ratio is its own says nothing.
        ([drawn([10, 30], of=4, of_bytes=100)], [0, 1], [1, 3], "bytes", 10.0, math.sqrt(8)),
        # Several records in a cluster are one number.
        ([drawn([10, 10], of=4, of_bytes=40)], [0, 1, 1, 1], [1, 1, 1, 1], "count", 8.0, math.sqrt(8)),
        # All of a stratum is exact, whatever the differences.
        ([drawn([10, 10], of=2, of_bytes=20)], [0, 1], [1, 300], "count", 301.0, 0.0),
        # Half of each cluster was read.
        ([drawn([10, 10], of=2, of_bytes=20, inner=0.5)], [0, 1], [2, 2], "count", 8.0, 0.0),
        # Two strata, one whole.
        (
            [drawn([10, 10], of=4, of_bytes=40), drawn([5], of=1, of_bytes=5)],
            [0, 1, 2],
            [1, 3, 7],
            "count",
            15.0,
            math.sqrt(8),
        ),
        # Stretches of files are expanded by their bytes even where records are counted.
        ([drawn([10, 10], of=3, of_bytes=25, files=False, group="s/ranges")], [0, 1], [2, 2], "count", 5.0, 0.0),
        # Empty files have no bytes to go by.
        ([drawn([0, 0], of=4, of_bytes=0)], [0, 1], [1, 1], "bytes", 4.0, 0.0),
        # A cluster without records counts as 0.
        ([drawn([10, 10], of=4, of_bytes=40)], [0], [4], "count", 8.0, math.sqrt(32)),
        ([drawn([10, 10], of=4, of_bytes=40)], [], [], "count", 0.0, 0.0),
    ],
)
def test_total(parts: list[Drawn], cluster: list[int], values: list[float], by: str, total: float, error: float) -> None:
    found = Estimator(parts, np.array(cluster, np.int64)).total(np.array(values), by=by)  # type: ignore[arg-type]
    assert (found.total, found.error) == pytest.approx((total, error))


def test_one_cluster_of_many_says_little() -> None:
    found = Estimator([drawn([10], of=10, of_bytes=100)], np.array([0])).total(np.array([5.0]), by="count")
    assert found.total == 50
    assert found.margin > 50


def test_share_is_closer_than_its_parts() -> None:
    """Half of the records of every cluster: the clusters differ in size, their share does not."""
    estimator = Estimator([drawn([10, 10, 10], of=9, of_bytes=90)], np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]))
    part = np.array([1, 0] * 6)
    assert estimator.share(part, np.ones(12)) == Estimate(0.5, 0.0, math.inf)
    assert estimator.total(part, by="count").error > 0
    assert estimator.share(part, np.zeros(12)) == Estimate(0.0)


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.706), (4, 2.776), (5, 2.571), (10, 2.228), (30, 2.042), (1e9, 1.96)])
def test_student(freedom: float, quantile: float) -> None:
    assert student(freedom) == pytest.approx(quantile, abs=4e-3)


def test_small_counts_have_no_symmetric_interval() -> None:
    # One of 100 sampled of 1,000, as in simple random sampling: Wilson's interval of 1 in 100 / 0.9.
    error = 1000 * math.sqrt(0.01 * 0.99 * 0.9 / 100)
    low, high = count_bounds(Estimate(10.0, error), among=1000, sampled=100)
    assert (low, high) == (pytest.approx(1.9, abs=0.1), pytest.approx(50.8, abs=0.1))
    assert count_bounds(Estimate(10.0), among=1000, sampled=100) == (10, 10)


def test_coverage() -> None:
    """Of 400 samples of skewed clusters the interval holds the truth about 95 times in a hundred."""
    rng = np.random.default_rng(5)
    values = rng.lognormal(0, 0.6, 300)
    inside = 0
    for _ in range(400):
        taken = rng.choice(300, 40, replace=False)
        estimator = Estimator([drawn([1] * 40, of=300, of_bytes=300)], np.arange(40))
        found = estimator.total(values[taken], by="count")
        inside += abs(found.total - values.sum()) <= found.margin
    assert 0.91 <= inside / 400 <= 0.98


def test_long_records_do_not_make_many() -> None:
    """Each cluster has one record; few are long. A sample without a long one is short of bytes, not of records."""
    sizes = [10, 12, 9, 11, 10, 8, 13, 10]
    part = drawn(sizes, of=100, of_bytes=5000, files=False, group="s/ranges")
    estimator = Estimator([part], np.arange(8))
    assert estimator.total(np.ones(8), by="count").total == pytest.approx(100)
    assert estimator.total(np.array(sizes), by="bytes").total == pytest.approx(5000)


def test_records_that_go_by_bytes_are_counted_by_them() -> None:
    """Records of 10 bytes each: the line goes through all clusters, and the bytes tell the number exactly."""
    sizes = [10, 20, 30, 40, 50, 60, 70]
    estimator = Estimator([drawn(sizes, of=20, of_bytes=900, files=False, group="s/ranges")], np.arange(7))
    found = estimator.total(np.array(sizes) / 10, by="count")
    assert (found.total, found.error) == (pytest.approx(90), pytest.approx(0, abs=1e-9))


def test_clusters_without_records_give_no_degrees_of_freedom() -> None:
    estimator = Estimator([drawn([10] * 12, of=100, of_bytes=1000)], np.array([0, 1, 1]))
    assert estimator.total(np.ones(3), by="count").freedom == 1
