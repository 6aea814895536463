"""Which of equal documents stays: by the recipe's order of sources, then by id, wherever they lie."""

import itertools

import pyarrow as pa
import pytest

from pipelines.stages.duplicates import _KEYED, LOSERS_SCHEMA, SameKey, find_losers, pack_table, unpack_tables

A, B, C = (letter * 16 for letter in (b"a", b"b", b"c"))
ROWS = [
    # id_key, text_key, source, id, partition, row
    (A, A, 1, "z1", 0, 0),
    (B, A, 0, "z9", 3, 7),
    (C, A, 0, "z8", 4, 2),
    (b"d" * 16, B, 0, "q", 1, 1),
]
LOST = {(0, 0, "exact_duplicate", "z8"), (3, 7, "exact_duplicate", "z8")}


def table_of(rows: object) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(_KEYED.names, row, strict=True)) for row in rows], schema=_KEYED)


@pytest.mark.parametrize("rows", list(itertools.permutations(ROWS)))
def test_losers_do_not_depend_on_order(rows: tuple[tuple[object, ...], ...]) -> None:
    kept, lost = find_losers(table_of(rows), by="text_key")
    assert {tuple(row.values()) for row in lost.to_pylist()} == LOST
    assert sorted(kept["id"].to_pylist()) == ["q", "z8"]


@pytest.mark.parametrize("rows", [[], ROWS[:1]])
def test_nothing_loses_alone(rows: list[tuple[object, ...]]) -> None:
    kept, lost = find_losers(table_of(rows), by="text_key")
    assert (kept.num_rows, lost.num_rows) == (len(rows), 0)


def lost_of(rows: object, *, exact: bool = True) -> set[tuple[object, ...]]:
    """Both rounds of the shuffle, as the runner does them."""
    shuffle = SameKey(("s", "t"), tuple(f"part-{n}" for n in range(5)), exact=exact)
    records = [("id/000", pack_table(table_of(rows)))]
    for _ in range(shuffle.rounds):
        grouped: dict[str, list[bytes]] = {}
        for key, blob in records:
            grouped.setdefault(key, []).append(blob)
        records = [pair for key, blobs in grouped.items() for pair in shuffle.regroup(key, blobs)]
    return {
        (partition, *row.values())
        for partition, blob in records
        for row in unpack_tables([blob], schema=LOSERS_SCHEMA).to_pylist()
    }


def test_a_text_is_not_lost_to_a_record_that_loses_its_id() -> None:
    rows = [(A, A, 0, "x", 0, 0), (A, B, 0, "x", 0, 1), (C, B, 0, "y", 0, 2)]
    assert lost_of(rows) == {("part-0", 1, "duplicate_id", "x")}


def test_the_same_record_twice_is_a_duplicate_and_no_collision_of_ids() -> None:
    rows = [(A, A, 0, "x", 0, 0), (A, A, 1, "x", 1, 0), (A, A, 0, "x", 2, 0), (A, B, 0, "x", 3, 0)]
    assert lost_of(rows) == {
        ("part-1", 0, "exact_duplicate", "x"),
        ("part-2", 0, "exact_duplicate", "x"),
        ("part-3", 0, "duplicate_id", "x"),
    }


def test_both_rounds_reach_the_partitions() -> None:
    rows = [*ROWS, (A, C, 1, "z1", 2, 3)]
    assert lost_of(rows) == {
        *((f"part-{partition}", *rest) for partition, *rest in LOST),
        ("part-2", 3, "duplicate_id", "z1"),
    }
    assert lost_of(rows, exact=False) == {("part-2", 3, "duplicate_id", "z1")}
