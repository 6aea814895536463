"""Lineage: what is written comes back, and the check finds each kind of loss."""

import io
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tokenizer.lineage import (
    LINEAGE_SCHEMA,
    LineageError,
    check_lineage,
    document_numbers,
    lineage_table,
    places_of,
    read_lineage,
    write_lineage,
)
from tokenizer.packing import PackedSequences, boundaries, pack

Row = tuple[int, int, int, str, int, int, int]
ROWS: list[Row] = [
    # sequence, start, length, document_id, document_start, repeat, form
    (0, 0, 7, "가", 0, 0, 1),
    (0, 7, 3, "나", 0, 0, 0),
    (1, 0, 10, "나", 3, 0, 0),
    (2, 0, 7, "가", 0, 1, 0),
]
USES = pa.table(
    {
        "document_id": ["나", "가", "가"],
        "repeat": pa.array([0, 1, 0], pa.int16()),
        "form": pa.array([0, 0, 1], pa.int8()),
        "num_tokens": [13, 7, 7],
    }
)


def _table(rows: list[Row]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return lineage_table(**dict(zip(LINEAGE_SCHEMA.names, map(list, columns), strict=True)))


def _written(table: pa.Table) -> io.BytesIO:
    file = io.BytesIO()
    write_lineage(table, to=file)
    file.seek(0)
    return file


def test_round_trip_sorts_and_gives_the_same_bytes() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    write_lineage(_table(ROWS), to=one)
    write_lineage(_table(ROWS[::-1]), to=two)
    assert one.getvalue() == two.getvalue()
    one.seek(0)
    table = read_lineage(one)
    assert table.schema == LINEAGE_SCHEMA
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


@pytest.mark.parametrize("uses", [USES, None])
def test_a_good_lineage_adds_up(uses: pa.Table | None) -> None:
    totals = check_lineage(_table(ROWS), sequence_length=10, num_sequences=3, uses=uses)
    assert (totals.sequences, totals.documents, totals.tokens, totals.padding) == (3, 2, 27, 3)


def _with(row: int, **changes: int | str) -> list[Row]:
    rows = [dict(zip(LINEAGE_SCHEMA.names, values, strict=True)) for values in ROWS]
    rows[row].update(changes)
    return [tuple(values.values()) for values in rows]  # pyright: ignore[reportReturnType]


@pytest.mark.parametrize(
    ("rows", "num_sequences", "message"),
    [
        (_with(1, start=8), 3, "row 1 breaks 'a piece begins where the last one ended'"),
        (_with(0, length=8), 3, "row 1 breaks 'a piece begins where the last one ended'"),
        (_with(2, length=11), 3, "row 2 breaks 'a piece ends within 10 tokens'"),
        (_with(1, length=0), 3, "row 1 breaks 'a piece has at least one token'"),
        (_with(2, document_start=4), 3, "row 2 breaks 'a document's pieces follow one another'"),
        (_with(3, repeat=0, form=1), 3, "row 3 breaks 'a document's pieces follow one another'"),
        (_with(2, form=2), 3, "row 2 breaks 'the pieces of a repeat have one form'"),
        (_with(1, document_id="가", repeat=2), 3, "row 1 breaks 'a sequence has one piece of a document'"),
        (ROWS[:2] + ROWS[3:], 3, "lineage of 3 sequences has nothing of sequence 1"),
        (ROWS, 2, "lineage of 2 sequences has sequence 2"),
        (_with(3, length=6), 3, r"has \['가', '1', '0', '6', '0'\] where \['가', '1', '0', '7', '0'\] was packed"),
        (_with(3, document_id="다"), 3, r"has \['나', '0', '0', '13', '0'\] where \['가', '1', '0', '7', '0'\] was packed"),
        (_with(3, form=2), 3, r"has \['가', '1', '2', '7', '0'\] where"),
        (ROWS[:3], 2, r"has \['나', .*\] where \['가', '1', "),
        ([*ROWS, (3, 0, 1, "라", 0, 0, 0)], 4, r"has \['라', '0', '0', '1', '0'\] where nothing was packed"),
        (_with(0, document_start=1), 3, r"has \['가', '0', '1', '7', '1'\] where \['가', '0', '1', '7', '0'\]"),
    ],
)
def test_each_loss_is_found(rows: list[Row], num_sequences: int, message: str) -> None:
    with pytest.raises(LineageError, match=message):
        check_lineage(_table(rows), sequence_length=10, num_sequences=num_sequences, uses=USES)


def test_a_document_may_begin_in_another_shard() -> None:
    rows = [(0, 0, 4, "가", 90, 0, 0), (1, 0, 5, "가", 94, 0, 0)]
    assert check_lineage(_table(rows), sequence_length=10, num_sequences=2).tokens == 9
    with pytest.raises(LineageError, match="a document's pieces follow one another"):
        check_lineage(_table([rows[0], (1, 0, 5, "가", 95, 0, 0)]), sequence_length=10, num_sequences=2)


def test_other_columns_are_refused() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"sequence": [1]}), file)
    file.seek(0)
    with pytest.raises(LineageError, match=r"lineage has the columns \['sequence'\]"):
        read_lineage(file)


def _packed(lengths: np.ndarray, ids: list[str], *, capacity: int, owner: np.ndarray) -> tuple[pa.Table, PackedSequences]:
    packed = pack(lengths, capacity=capacity, owner=owner)
    table = lineage_table(
        sequence=packed.sequence,
        start=packed.start,
        length=packed.length,
        document_id=pa.array(ids).take(pa.array(packed.document)),
        document_start=packed.document_start,
        repeat=np.zeros(packed.length.size, dtype=np.int16),
        form=np.zeros(packed.length.size, dtype=np.int8),
    )
    return table, packed


def _starts(file: io.BytesIO) -> int:
    """How many rows have their start in the file."""
    column = pq.read_table(file)["start"]
    file.seek(0)
    return len(column) - column.null_count


@pytest.mark.parametrize("mean", [20, 300])
@pytest.mark.parametrize("numbered", [True, False])
def test_what_the_packer_makes_passes_and_comes_back(mean: int, numbered: bool) -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 2 * mean, 2_000)
    ids = [f"문서-{number}" for number in random.permutation(2_000)]
    owner = document_numbers(ids) if numbered else np.arange(2_000)
    table, packed = _packed(lengths, ids, capacity=512, owner=owner)
    uses = pa.table({"document_id": ids, "repeat": [0] * 2_000, "form": [0] * 2_000, "num_tokens": lengths})
    totals = check_lineage(table, sequence_length=512, num_sequences=packed.num_sequences, uses=uses)
    assert (totals.documents, totals.tokens, totals.padding) == (2_000, int(lengths.sum()), packed.num_padding)
    file = _written(table)
    # Only of short documents whose order says it, what follows from the order is left out.
    assert _starts(file) == (0 if numbered and mean == 20 else table.num_rows)
    assert read_lineage(file).equals(table)
    for identifier in (ids[0], ids[17], min(ids), max(ids), "문서", "zz", ""):
        found = places_of(_written(table), identifier)
        expected = table.filter(pa.array([other == identifier for other in table["document_id"].to_pylist()]))
        assert found.equals(expected.sort_by([("repeat", "ascending"), ("document_start", "ascending")]))
    # After a takedown, places no longer follow: they are written.
    left = table.filter(pa.array(random.random(table.num_rows) < 0.9))
    assert _starts(_written(left)) == left.num_rows
    assert read_lineage(_written(left)).equals(left)


def test_document_numbers_ascend_with_ids() -> None:
    ids = ["b", "가", "a", "", "b", "𝛼", "B", "aa"]
    numbers = document_numbers(ids)
    assert numbers.tolist() == [sorted(set(ids), key=str.encode).index(identifier) for identifier in ids]
    assert document_numbers(pa.chunked_array([ids[:3], ids[3:]])).tolist() == numbers.tolist()
    assert document_numbers([]).tolist() == []


_IDS = {
    "path and number": lambda number: f"nsmc-reviews/part-{number // 50_000:05d}.jsonl.zst#{number % 50_000}",
    "number": lambda number: f"{10_000_000 + 7 * number}",
    "path": lambda number: f"docs/ko/guide/chapter-{number // 100}/page-{number % 100}.md",
}


@pytest.mark.parametrize("kind", _IDS)
def test_lineage_and_boundaries_of_tiny_documents_are_under_a_twentieth_of_the_shard(kind: str) -> None:
    random = np.random.default_rng(0)
    lengths = np.clip(random.lognormal(np.log(27), 0.5, 60_000).astype(np.int64), 3, 500)
    order = random.permutation(100_000)[:60_000]
    ids = [_IDS[kind](number) for number in order.tolist()]
    table, packed = _packed(lengths, ids, capacity=4_096, owner=document_numbers(ids))
    offsets, counts = boundaries(packed)
    size = len(_written(table).getvalue()) + 2 * offsets.size + 2 * 20 * counts.size
    assert 29 < lengths.mean() < 31
    assert size < 0.05 * 4 * 4_096 * packed.num_sequences


def test_one_document_is_found_without_reading_the_others(tmp_path: Path) -> None:
    number = 300_000
    table = lineage_table(
        sequence=np.arange(number),
        start=np.zeros(number, dtype=np.int32),
        length=np.full(number, 100),
        document_id=[f"id-{place:07d}" for place in range(number)],
        document_start=np.zeros(number, dtype=np.int64),
        repeat=np.zeros(number, dtype=np.int16),
        form=np.zeros(number, dtype=np.int8),
    )
    path = tmp_path / "part-00000.lineage.parquet"
    write_lineage(table, to=path)
    places_of(path, "id-0000007")
    data = path.read_bytes()
    column = pq.ParquetFile(path).metadata.row_group(1).column(3)
    # Damage where the other documents' ids are.
    begin = column.data_page_offset
    path.write_bytes(data[:begin] + bytes(column.total_compressed_size) + data[begin + column.total_compressed_size :])
    assert places_of(path, "id-0000007")["sequence"].to_pylist() == [7]
    with pytest.raises(OSError, match=r"(?i)zstd|decompress|page|thrift|corrupt|deserialize"):
        read_lineage(path)


def test_an_empty_shard_passes() -> None:
    table = LINEAGE_SCHEMA.empty_table()
    assert check_lineage(table, sequence_length=10, num_sequences=0, uses=USES.slice(0, 0)).tokens == 0
    assert check_lineage(table, sequence_length=10, num_sequences=0).tokens == 0
    assert read_lineage(_written(table)).equals(table)
    assert places_of(_written(table), "가").num_rows == 0
