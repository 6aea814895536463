"""Lineage: what is written comes back, and the check finds each kind of loss."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tokenizer.lineage import LINEAGE_SCHEMA, LineageError, check_lineage, lineage_table, read_lineage, write_lineage
from tokenizer.packing import pack

ROWS = [
    # sequence, start, length, document_id, document_start, repeat
    (0, 0, 7, "가", 0, 0),
    (0, 7, 3, "나", 0, 0),
    (1, 0, 10, "나", 3, 0),
    (2, 0, 7, "가", 0, 1),
]
TOKENS = {"가": 7, "나": 13}


def _table(rows: list[tuple[int, int, int, str, int, int]]) -> pa.Table:
    columns = zip(*rows, strict=True)
    return lineage_table(**dict(zip(LINEAGE_SCHEMA.names, map(list, columns), strict=True)))


def test_round_trip_sorts_and_gives_the_same_bytes() -> None:
    one, two = io.BytesIO(), io.BytesIO()
    write_lineage(_table(ROWS), to=one)
    write_lineage(_table(ROWS[::-1]), to=two)
    assert one.getvalue() == two.getvalue()
    one.seek(0)
    table = read_lineage(one)
    assert table.schema == LINEAGE_SCHEMA
    assert [tuple(row.values()) for row in table.to_pylist()] == ROWS


@pytest.mark.parametrize("document_tokens", [TOKENS, None])
def test_a_good_lineage_adds_up(document_tokens: dict[str, int] | None) -> None:
    totals = check_lineage(_table(ROWS), sequence_length=10, num_sequences=3, document_tokens=document_tokens)
    assert (totals.sequences, totals.documents, totals.tokens, totals.padding) == (3, 2, 27, 3)


def _with(row: int, **changes: int | str) -> list[tuple[int, int, int, str, int, int]]:
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
        (_with(2, document_start=4), 3, "row 2 breaks 'a document's piece begins where its last one ended'"),
        (_with(3, repeat=0), 3, "row 3 breaks 'a document's piece begins where its last one ended'"),
        (ROWS[:2] + ROWS[3:], 3, "lineage of 3 sequences has nothing of sequence 1"),
        (ROWS, 2, "lineage of 2 sequences has sequence 2"),
        (_with(3, length=6), 3, "document '가' has 7 tokens but 6 in its shard"),
        (_with(3, document_id="다"), 3, "document '다' has None tokens but 7 in its shard"),
    ],
)
def test_each_loss_is_found(rows: list[tuple[int, int, int, str, int, int]], num_sequences: int, message: str) -> None:
    with pytest.raises(LineageError, match=message):
        check_lineage(_table(rows), sequence_length=10, num_sequences=num_sequences, document_tokens=TOKENS)


def test_a_document_may_begin_in_another_shard() -> None:
    rows = [(0, 0, 4, "가", 90, 0), (1, 0, 5, "가", 94, 0)]
    assert check_lineage(_table(rows), sequence_length=10, num_sequences=2).tokens == 9
    with pytest.raises(LineageError, match="a document's pieces follow one another"):
        check_lineage(_table([(0, 0, 4, "가", 90, 0), (1, 0, 5, "가", 95, 0)]), sequence_length=10, num_sequences=2)


def test_other_columns_are_refused() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"sequence": [1]}), file)
    file.seek(0)
    with pytest.raises(LineageError, match=r"lineage has the columns \['sequence'\]"):
        read_lineage(file)


def test_what_the_packer_makes_passes() -> None:
    lengths = np.random.default_rng(0).integers(1, 300, 2_000)
    packed = pack(lengths, capacity=128)
    ids = [f"문서-{number}" for number in range(lengths.size)]
    table = lineage_table(
        sequence=packed.sequence,
        start=packed.start,
        length=packed.length,
        document_id=[ids[number] for number in packed.document.tolist()],
        document_start=packed.document_start,
        repeat=np.zeros(packed.length.size, dtype=np.int16),
    )
    totals = check_lineage(
        table,
        sequence_length=128,
        num_sequences=packed.num_sequences,
        document_tokens=dict(zip(ids, lengths.tolist(), strict=True)),
    )
    assert (totals.tokens, totals.padding) == (int(lengths.sum()), packed.num_padding)


def test_an_empty_shard_passes() -> None:
    table = LINEAGE_SCHEMA.empty_table()
    assert check_lineage(table, sequence_length=10, num_sequences=0, document_tokens={}).tokens == 0
    assert check_lineage(table, sequence_length=10, num_sequences=0).tokens == 0
