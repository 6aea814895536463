"""What the drawings are made of: places of flows, lengths, clusters, vocabularies, durations; exact figures."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.report import flow
from pipelines.report.duplicates import Clusters
from pipelines.report.forecast import Foretold, Outcome, foretold
from pipelines.report.lengths import histograms
from pipelines.report.plan_view import SourceMix, decided, knowledge_rows, source_mix
from pipelines.report.run_directory import Manifest, PartitionCount
from pipelines.report.sankey import ROOM, Link, Node, place
from pipelines.report.timing import duration
from pipelines.report.token_tables import BOUNDS, LONGEST, Lengths, TokenTables
from pipelines.report.visible_text import breakable, compact, fitting
from pipelines.report.vocabulary import entry_kinds
from tests.pipelines.report_run import PLAN


def manifest(stage: str, sources: dict[str, dict[str, int]]) -> Manifest:
    fates = ("dropped", "duplicate", "contaminated", "unreadable")
    rows = {name: {**dict.fromkeys(fates, 0), **row} for name, row in sources.items()}
    totals = PartitionCount(stage, 0, 0, 0, dict.fromkeys(fates, 0), ())
    return Manifest(stage, "", "", {}, (), (), totals, {"sources": rows}, True)


def links(found: flow.Flow | None) -> dict[tuple[str, str], int]:
    assert found is not None
    return {(band.link.start, band.link.end): band.link.amount for band in found.drawing.bands}


MANIFESTS = [
    manifest("ingest", {"web": {"in": 10, "kept": 9, "unreadable": 1}, "books": {"in": 4, "kept": 4}}),
    manifest("filter", {"web": {"in": 9, "kept": 6, "dropped": 3}, "books": {"in": 4, "kept": 3, "dropped": 1}}),
]


def test_documents_flow_from_source_to_segment_or_loss() -> None:
    found = flow.document_flow(MANIFESTS, kept={("web", "korean"): 5, ("web", "code"): 1, ("books", "multilingual"): 3})
    assert links(found) == {
        ("own web", "segment korean"): 5,
        ("own web", "segment code"): 1,
        ("own web", "stage ingest"): 1,
        ("own web", "stage filter"): 3,
        ("own books", "segment multilingual"): 3,
        ("own books", "stage filter"): 1,
    }
    assert found is not None
    nodes = {placed.node.key: (placed.node.column, placed.node.kind, placed.amount) for placed in found.drawing.nodes}
    assert nodes["own web"] == (0, "other", 10)
    assert nodes["segment korean"] == (1, "korean", 5)
    assert nodes["stage ingest"] == (1, "unreadable", 1)
    assert nodes["stage filter"] == (1, "dropped", 4)


@pytest.mark.parametrize("kept", [{}, {("web", "korean"): 5}])
def test_documents_whose_segment_is_not_known_are_kept(kept: dict[tuple[str, str], int]) -> None:
    found = links(flow.document_flow(MANIFESTS, kept=kept))
    assert found["own web", flow.KEPT] == 6
    assert found["own books", flow.KEPT] == 3
    assert sum(found.values()) == 14


def test_many_sources_share_a_place() -> None:
    many = {f"s{n:02}": {"in": 100 - n, "kept": 100 - n} for n in range(20)}
    found = links(flow.document_flow([manifest("ingest", many)], kept={}))
    assert len(found) == 13
    assert found[flow.OTHERS, flow.KEPT] == sum(100 - n for n in range(12, 20))
    # One alone is not "others".
    thirteen = dict([*many.items()][:13])
    assert ("own s12", flow.KEPT) in links(flow.document_flow([manifest("ingest", thirteen)], kept={}))


def test_nothing_flows_without_stages_or_plan() -> None:
    assert flow.document_flow([], kept={}) is None
    assert flow.token_flow(None) is None
    assert flow.token_flow({"segments": {}, "languages": {}}) is None


def test_tokens_flow_from_language_to_segment_to_length() -> None:
    found = links(flow.token_flow(PLAN))
    assert found["own ko", "segment korean"] == 90
    assert found["segment korean", "length 16"] == 78
    assert found["segment korean", "length 32"] == 12
    assert sum(amount for (start, _), amount in found.items() if start.startswith("segment")) == 270


def test_nodes_never_overlap_and_bands_fill_them() -> None:
    nodes = [Node("a", 0, "x"), Node("b", 0, "x"), Node("c", 1, "x"), Node("d", 1, "x")]
    drawing = place(nodes, [Link("a", "c", 90, "x"), Link("a", "d", 9, "x"), Link("b", "d", 1, "x")], height=100)
    by_key = {placed.node.key: placed for placed in drawing.nodes}
    assert (by_key["a"].height, by_key["b"].height) == (99.0, 1.0)
    assert by_key["b"].top >= by_key["a"].top + by_key["a"].height
    assert by_key["d"].top >= by_key["c"].top + ROOM
    assert drawing.height >= by_key["b"].top + ROOM
    path = next(band.path for band in drawing.bands if band.link.end == "c")
    top, bottom = by_key["a"].top, by_key["a"].top + 90
    assert path.startswith(f"M0 {top:.2f}C50 ")
    assert path.endswith(f"0 {bottom:.2f}Z")


def test_a_drawing_of_nothing_is_empty() -> None:
    assert place([], [], height=100).height == 0


def test_lengths_are_exact() -> None:
    lengths = Lengths()
    lengths.add(np.array([1, 64, 65, 4096, 4097]))
    lengths.add(np.array([3_000_000]))
    assert lengths.bars() == [2, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert lengths.sums.tolist() == [65, 65, 0, 0, 0, 0, 4096, 4097, 0, 0, 0, 3_000_000]
    assert lengths.quantiles(0.5, 0.6, 0.99) == [65, 4096, 3_000_000]
    assert (lengths.documents, lengths.longest, len(lengths.counts)) == (6, 3_000_000, LONGEST + 2)


def test_lengths_do_not_depend_on_batches() -> None:
    values = np.random.default_rng(1).integers(1, 200_000, 1000)
    whole, pieces = Lengths(), Lengths()
    whole.add(values)
    for start in range(0, 1000, 7):
        pieces.add(values[::-1][start : start + 7])
    assert pieces.bars() == whole.bars()
    assert pieces.quantiles(0.1, 0.5, 0.9) == [*np.quantile(values, [0.1, 0.5, 0.9], method="inverted_cdf").astype(int)]


def test_documents_longer_than_a_sequence_and_their_tokens() -> None:
    tables = TokenTables()
    rows = [
        ("web", "korean", 4096, 9000),
        ("web", "korean", 5000, 11000),
        ("web", "korean", 40000, 80000),
        ("repo", "code", 7, 9),
    ]
    names = ("source", "segment", "num_tokens", "characters")
    tables.add(pa.RecordBatch.from_pylist([dict(zip(names, row, strict=True)) for row in rows]))
    found = histograms(tables, sequence_lengths=[4096, 32768, 1000])
    assert [(row.unit, row.segment) for row in found] == [
        *(("tokens", "korean"), ("tokens", "code"), ("characters", "korean"), ("characters", "code"))
    ]
    assert list(found[0].over) == [(4096, 2, 45000), (32768, 1, 40000)]
    assert tables.by_source == {("web", "korean"): [3, 49096], ("repo", "code"): [1, 7]}
    assert [bar.label for bar in found[0].bars][-2:] == ["64k", ">64k"]
    assert len(found[0].bars) == len(BOUNDS) + 1


def test_clusters_of_a_sample_do_not_depend_on_order() -> None:
    kept = [f"문서-{n % 700}" for n in range(2000)]
    forwards, backwards = Clusters(limit=100), Clusters(limit=100)
    forwards.add(pa.array(kept))
    for start in range(0, 2000, 13):
        backwards.add(pa.array(kept[::-1][start : start + 13]))
    assert forwards.removed == backwards.removed
    assert forwards.step == backwards.step == 8
    assert 50 <= len(forwards.removed) <= 100
    assert 500 < len(forwards.removed) * forwards.step < 900


def test_clusters_without_an_id_are_not_counted() -> None:
    clusters = Clusters()
    clusters.add(pa.array(["", "a", "a", None]))
    assert clusters.removed == {"a": 2}


@pytest.mark.parametrize(
    ("entries", "kinds"),
    [
        (["\u0120the", "ing", "A"], {"latin": 3}),
        # 한 is three bytes; two of them are a piece of it, and with a blank before it still is.
        (
            ["\u00ed\u0137\u013e", "\u0120\u00ed\u0137\u013e", "\u00ed\u0137", "\u00ed", "\u0120\u00ed"],
            {"hangul": 2, "bytes": 3},
        ),
        (["\u00e6\u013f\u00a5", "\u00e3\u0123\u00ae"], {"han": 2}),
        (["1", "==", "\u010a", "\u0120"], {"signs": 4}),
        (["\u00d0\u00b6"], {"other": 1}),
        (["<|endoftext|>", "<|pad|>"], {"special": 1, "latin": 1}),
        (["한국"], {"hangul": 1}),
    ],
)
def test_what_the_entries_of_a_vocabulary_are(entries: list[str], kinds: dict[str, int]) -> None:
    tokenizer: dict[str, Any] = {
        "model": {"vocab": {entry: number for number, entry in enumerate(entries)}},
        "added_tokens": [{"content": "<|endoftext|>", "id": 0, "special": True}] if "<|endoftext|>" in entries else [],
    }
    assert entry_kinds(tokenizer) == kinds


def test_a_vocabulary_that_is_a_list_has_no_kinds() -> None:
    assert entry_kinds({"model": {"vocab": [["a", -1.0]]}}) == {}


@pytest.mark.parametrize(
    ("share", "least", "most", "within"),
    [
        (0.3, 0.1, 0.3, True),
        (0.3005, 0.1, 0.3, True),
        (0.302, 0.1, 0.3, False),
        (0.0999, 0.1, 1.0, True),
        (0.09, 0.1, 1.0, False),
        (0.5, None, None, True),
    ],
)
def test_a_source_keeps_to_its_limits(share: float, least: float | None, most: float | None, within: bool) -> None:
    assert SourceMix("s", 1, 10, 10, 1.0, share, 1.0, least, most, 10).within is within


def test_a_plan_without_anything_is_empty_and_not_an_error() -> None:
    assert (source_mix(None), knowledge_rows(None), decided(None)) == ([], [], None)
    found = decided({})
    assert found is not None
    assert (found.total, found.wanted, found.max_epochs, found.explanation, list(found.shortfalls)) == (0, None, None, "", [])


def test_knowledge_comes_in_order_with_no_score_last() -> None:
    assert [row.label for row in knowledge_rows(PLAN)] == ["< 0.5", "≥ 0.5", ""]


@pytest.mark.parametrize(
    "forecast",
    [
        None,
        {},
        {"version": 1},
        {"stages": {"filter": {}}},
        {"stages": {"filter": {"kept": {"low": 1}}}},
        {"hours": 3},
        {"rules": {"x": 1}},
    ],
)
def test_a_forecast_without_intervals_has_no_rows(forecast: dict[str, Any] | None) -> None:
    assert foretold(forecast, Outcome()) == []


def test_what_was_not_reached_has_no_mark() -> None:
    interval = {"low": 1, "expected": 2, "high": 3}
    rows = foretold({"planned_tokens": interval, "disk_bytes": interval, "hours": interval}, Outcome(disk_bytes=4))
    assert [(row.name.key, row.unit, row.inside) for row in rows] == [
        ("forecast.run_planned_tokens", "count", None),
        ("forecast.run_hours", "hours", None),
        ("forecast.run_disk_bytes", "bytes", False),
    ]
    assert rows[2].places == pytest.approx(
        {"low": 0.06, "expected": 0.06 + 0.88 / 3, "high": 0.06 + 0.88 * 2 / 3, "outcome": 0.94}
    )
    assert Foretold("run", rows[0].name, "count", 1, 1, 1, 1).places == dict.fromkeys(
        ("low", "expected", "high", "outcome"), 0.5
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (duration(None), "–"),
        (duration(0.04), "0.0 s"),
        (duration(9.96), "10 s"),
        (duration(59.6), "1:00"),
        (duration(3661), "1:01:01"),
        (compact(999), "999"),
        (compact(1000), "1.0k"),
        (compact(35_400), "35k"),
        (compact(2_094_783), "2.09M"),
        (compact(999_600), "1.00M"),
        (str(fitting("한국어 위키백과 문서 전체")), "한국어 위키백과 문서…"),
        (str(fitting("a<b" * 10)), "a&lt;ba&lt;ba&lt;ba&lt;ba&lt;ba&lt;ba&lt;…"),
        (str(breakable("too_<short>")), "too_<wbr>&lt;short&gt;"),
    ],
)
def test_figures_and_names_in_drawings(made: str, expected: str) -> None:
    assert made.replace("\N{NO-BREAK SPACE}", " ") == expected
