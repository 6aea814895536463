"""How long documents are: the counts of :mod:`pipelines.report.token_tables` enter, histograms leave."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.losses import segment_order
from pipelines.report.token_tables import BOUNDS, Lengths, TokenTables

_UNITS = ("tokens", "characters")


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of a chart: what stands under it, and how much it counts. ``high`` None: it has no end."""

    label: str
    amount: int
    low: int = 0
    high: int | None = None
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Histogram:
    """Documents of one segment by length. ``over``: (a sequence length, the documents longer than it, their tokens)."""

    segment: str
    unit: str
    documents: int
    mean: float
    median: int
    p90: int
    p99: int
    longest: int
    bars: Sequence[Bar]
    over: Sequence[tuple[int, int, int]]

    @property
    def most(self) -> int:
        """The amount of the highest bar."""
        return max((bar.amount for bar in self.bars), default=0)


def histograms(tables: TokenTables | None, *, sequence_lengths: Sequence[int]) -> list[Histogram]:
    """By unit, then segment."""
    if tables is None:
        return []
    wanted = sorted(tables.lengths, key=lambda key: (_UNITS.index(key[0]), segment_order(key[1])))
    return [
        _histogram(unit, segment, tables.lengths[unit, segment], sequence_lengths if unit == "tokens" else ())
        for unit, segment in wanted
    ]


def _histogram(unit: str, segment: str, lengths: Lengths, limits: Sequence[int]) -> Histogram:
    documents = lengths.documents
    median, p90, p99 = lengths.quantiles(0.5, 0.9, 0.99)
    lows = (0, *BOUNDS)
    bars = [
        Bar(_short(high) if high else f">{_short(low)}", amount, low + 1, high, int(lengths.sums[place]))
        for place, (low, high, amount) in enumerate(zip(lows, (*BOUNDS, None), lengths.bars(), strict=True))
    ]
    # A bar ends at a sequence length where that is one of the bounds; elsewhere there is no sum of the tokens above it.
    over = [
        (limit, int(lengths.counts[limit + 1 :].sum()), int(lengths.sums[BOUNDS.index(limit) + 1 :].sum()))
        for limit in limits
        if limit in BOUNDS
    ]
    return Histogram(
        segment=segment,
        unit=unit,
        documents=documents,
        mean=int(lengths.sums.sum()) / max(documents, 1),
        median=median,
        p90=p90,
        p99=p99,
        longest=lengths.longest,
        bars=bars,
        over=over,
    )


def _short(length: int) -> str:
    return f"{length // 1024}k" if length >= 1024 else str(length)
