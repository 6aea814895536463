"""Which of equal documents stays: by the recipe's order of sources, then by id, wherever they lie."""

import itertools

import pyarrow as pa
import pytest

from pipelines.stages.duplicates import _KEYED, SameKey, find_losers, pack_table, unpack_tables

ROWS = [
    # kind, key, source, id, partition, row
    (0, b"a" * 16, 1, "z1", 0, 0),
    (0, b"a" * 16, 0, "z9", 3, 7),
    (0, b"a" * 16, 0, "z8", 4, 2),
    (0, b"b" * 16, 0, "q", 1, 1),
    (1, b"b" * 16, 0, "same", 2, 5),
    (1, b"b" * 16, 0, "same", 2, 4),
]
LOST = {(0, 0, "exact_duplicate", "z8"), (3, 7, "exact_duplicate", "z8"), (2, 5, "duplicate_id", "same")}


@pytest.mark.parametrize("rows", list(itertools.permutations(ROWS))[::60])
def test_losers_do_not_depend_on_order(rows: tuple[tuple[object, ...], ...]) -> None:
    table = pa.Table.from_pylist([dict(zip(_KEYED.names, row, strict=True)) for row in rows], schema=_KEYED)
    assert {tuple(row.values()) for row in find_losers(table).to_pylist()} == LOST


def test_nothing_loses_alone() -> None:
    assert find_losers(_KEYED.empty_table()).num_rows == 0
    one = pa.Table.from_pylist([dict(zip(_KEYED.names, ROWS[0], strict=True))], schema=_KEYED)
    assert find_losers(one).num_rows == 0


def test_losers_go_to_their_partitions() -> None:
    table = pa.Table.from_pylist([dict(zip(_KEYED.names, row, strict=True)) for row in ROWS], schema=_KEYED)
    shuffle = SameKey(("s", "t"), tuple(f"part-{n}" for n in range(5)), exact=True)
    halves = [pack_table(table.slice(0, 3)), pack_table(table.slice(3))]
    grouped = dict(shuffle.regroup("range-000", halves))
    assert sorted(grouped) == ["part-0", "part-2", "part-3"]
    assert unpack_tables([grouped["part-2"]], schema=table.schema)["kept_id"].to_pylist() == ["same"]
