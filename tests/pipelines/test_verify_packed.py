"""``malmoi verify`` on a small packed run: whole, and with every kind of damage from the tokens to the shards."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.shard_pieces import Pieces
from pipelines.shard_set import open_shards
from pipelines.verify import parse_sequences, run_verify, verify
from pipelines.verify_plan import share_problems
from pipelines.verify_shards import lineage_problem
from pipelines.verify_texts import chosen_sequences
from tokenizer.lineage import LINEAGE_SCHEMA, read_lineage
from tokenizer.special_tokens import SPECIAL_TOKEN_IDS

from .packed_run import LONG_ID, PARTITIONS, edit_json, edit_lineage, edit_table, edit_tokens, reseal, texts

KOREAN, CODE, LONG_KOREAN = "64/korean/part-00000", "64/code/part-00000", "256/korean/part-00000"
Change = Callable[[Path], None]


def test_a_whole_run(packed_run: Path) -> None:
    out = io.StringIO()
    assert run_verify(str(packed_run), out) == 0, out.getvalue()
    assert f"{packed_run} is whole: " in out.getvalue()
    assert "7 shards" in out.getvalue()


def test_every_use_is_rebuilt(packed_run: Path) -> None:
    """Uses, not documents: each in its own form, and all that are planned."""
    report = verify(str(packed_run), sequences=None)
    plan = files.read_json(str(packed_run / "plan/plan.json"))
    planned = sum(row["planned_documents"] for row in plan["segments"].values())
    assert report.counts["documents_rebuilt"] == planned > len(texts())
    assert sum(row["fim_documents"] for row in plan["segments"].values()) > 5
    assert verify(str(packed_run), sequences=0).counts["documents_rebuilt"] == 0


def test_sequences_are_chosen_by_hash(packed_run: Path) -> None:
    shards = open_shards(str(packed_run))
    some, more = (chosen_sequences(shards, number) for number in (5, 9))
    assert sum(map(len, some.values())) == 5
    assert sum(map(len, more.values())) == 9
    assert all(set(own.tolist()) <= set(more[name].tolist()) for name, own in some.items())
    assert {**chosen_sequences(shards, 5)}.keys() == some.keys()


@pytest.mark.parametrize(("given", "number"), [("1000", 1000), ("0", 0), ("all", None)])
def test_numbers_of_sequences(given: str, number: int | None) -> None:
    assert parse_sequences(given) == number


@pytest.mark.parametrize("given", ["", "-1", "x", "1.5", "²", "ALL"])
def test_no_numbers_of_sequences(given: str) -> None:
    with pytest.raises(ValueError, match="give a number of sequences, or all"):
        parse_sequences(given)


def _tokens(shard: str, change: Callable[[Any], None]) -> Change:
    def damage(run: Path) -> None:
        edit_tokens(run, shard, change)
        reseal(run, "shards")

    return damage


def _lineage(shard: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Change:
    def damage(run: Path) -> None:
        edit_lineage(run, shard, change)
        reseal(run, "shards")

    return damage


def _plan(change: Callable[[Any], None]) -> Change:
    def damage(run: Path) -> None:
        edit_json(run / "plan/plan.json", change)
        reseal(run, "plan")

    return damage


def _summary(change: Callable[[Any], None]) -> Change:
    return lambda run: edit_json(run / "shards/shards.json", change)


def _table(stage: str, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]], *, sealed: bool = True) -> Change:
    def damage(run: Path) -> None:
        edit_table(run / stage / f"{PARTITIONS[0]}.parquet", change)
        if sealed:
            reseal(run, stage)

    return damage


def _first(rows: list[dict[str, Any]], **new: Any) -> list[dict[str, Any]]:
    return [{**rows[0], **new}, *rows[1:]]


def _text_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "text": row["text"].replace("글", "귤")} if row["id"] == "ko-2" else row for row in rows]


def _to_text(ids: Any) -> None:
    """Another ordinary id in place of the third that is none of the special ones."""
    place = np.flatnonzero(ids >= len(SPECIAL_TOKEN_IDS))[2]
    ids[place] = ids[place] + 1 if ids[place] < 599 else ids[place] - 1


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4] ^= 1
    path.write_bytes(data)


def _cut(path: Path, *, stage: str) -> Change:
    def damage(run: Path) -> None:
        (run / path).write_bytes((run / path).read_bytes()[:-9])
        reseal(run, stage)

    return damage


def _boundaries_of_another(run: Path) -> None:
    for suffix in ("bin", "idx"):
        shutil.copy(run / f"shards/64/korean/part-00001.boundaries.{suffix}", run / f"shards/{KOREAN}.boundaries.{suffix}")
    reseal(run, "shards")


def _other_tokenizer(run: Path) -> None:
    path = run / "tokenizer/tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8").replace("\n", "\n "), encoding="utf-8")
    reseal(run, "tokenizer")


def _without(document: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda rows: [row for row in rows if row["document_id"] != document]


def _other_repeat(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first whole use in the shard is now one that nobody planned."""
    first = rows[0]["document_id"], rows[0]["repeat"]
    return [{**row, "repeat": 3} if (row["document_id"], row["repeat"]) == first else row for row in rows]


def _other_form(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    use = next((row["document_id"], row["repeat"]) for row in rows if row["form"])
    return [{**row, "form": 3 - row["form"]} if (row["document_id"], row["repeat"]) == use else row for row in rows]


@pytest.mark.parametrize(
    ("damage", "problems"),
    [
        (
            lambda run: _flip(run / f"shards/{KOREAN}.bin"),
            [f"shards/{KOREAN}.bin is damaged: its SHA-256", f"shards/{KOREAN}.bin: sequence 0, document 'ko-"],
        ),
        (_tokens(KOREAN, _to_text), [f"shards/{KOREAN}.bin: sequence 0, document 'ko-", "rebuilt from the shard"]),
        (
            _tokens(KOREAN, lambda ids: ids.__setitem__(5, SPECIAL_TOKEN_IDS["<|user|>"])),
            [f"shards/{KOREAN}: sequence ", "<|user|>"],
        ),
        (_tokens(KOREAN, lambda ids: ids.__setitem__(5, 0)), [f"shards/{KOREAN}: sequence ", "<|endoftext|>"]),
        (
            _tokens(KOREAN, lambda ids: ids.__setitem__(5, SPECIAL_TOKEN_IDS["<|pad|>"])),
            [f"shards/{KOREAN}: token 5 of sequence 0, document 'ko-", "is padding, though its lineage has a document there"],
        ),
        (
            _tokens(KOREAN, lambda ids: ids.__setitem__(ids == SPECIAL_TOKEN_IDS["<|pad|>"], 99)),
            ["is nobody's by the lineage; delete shards/manifest.json and shards/"],
        ),
        (_tokens(KOREAN, lambda ids: ids.__setitem__(5, 40_000)), ["is the id 40000, which the tokenizer does not have"]),
        (lambda run: (run / f"shards/{KOREAN}.bin").unlink(), [f"shards/{KOREAN}.bin is missing; delete it"]),
        (_cut(Path(f"shards/{KOREAN}.idx"), stage="shards"), [f"shards/{KOREAN}: ", f"{KOREAN}.idx is cut short"]),
        (_cut(Path(f"shards/{KOREAN}.bin"), stage="shards"), [f"shards/{KOREAN}: it has fewer tokens than sequences"]),
        (_cut(Path(f"shards/{KOREAN}.lineage.parquet"), stage="shards"), [f"{KOREAN}.lineage.parquet is damaged ("]),
        (
            lambda run: (run / f"shards/{KOREAN}.idx").write_bytes(b"x"),
            [f"shards/{KOREAN}.idx has 1 bytes, its manifest says"],
        ),
        (_boundaries_of_another, [f"shards/{KOREAN}: its boundaries are "]),
        (_lineage(KOREAN, lambda rows: rows[1:]), [f"shards/{KOREAN}: it", "by its lineage"]),
        (_lineage(LONG_KOREAN, lambda rows: _first(rows, length=0)), ["a piece that is not within a sequence: sequence 0"]),
        (_lineage(LONG_KOREAN, lambda rows: _first(rows, start=255)), ["a piece that is not within a sequence: sequence 0"]),
        (
            _lineage(
                LONG_KOREAN,
                lambda rows: [
                    {**row, "document_start": row["document_start"] + 1} if row["document_id"] == LONG_ID else row
                    for row in rows
                ],
            ),
            ["a piece that does not begin where the one before it in its document ended: sequence", f"'{LONG_ID}'"],
        ),
        (_lineage(KOREAN, _other_repeat), [" is planned in plan/part-0000", "use 0 of document 'ko-"]),
        (_lineage(CODE, _other_form), [f"shards/{CODE}: sequence ", " use with the special tokens <|fim_prefix|>"]),
        (_summary(lambda v: v["segments"]["korean"].update(tokens=1)), ["shards/shards.json: korean has 1 tokens, its shards"]),
        (
            _summary(lambda v: v["lengths"]["64"]["segments"]["code"].update(pieces=1)),
            ["shards/shards.json: 64: code has 1 pieces"],
        ),
        (_summary(lambda v: v["lengths"]["64"].update(tokens=1)), ["shards/shards.json: 64 has 1 tokens, its shards others"]),
        (_summary(lambda v: v["segments"]["code"].update(share=0.9)), ["the share of code is not that of its tokens"]),
        (_summary(lambda v: v["files"].popitem()), ["shards/shards.json does not name the files that are there"]),
        (
            _summary(lambda v: v["tokenizer"].update(sha256="0" * 64)),
            ["shards/shards.json: its tokenizer's SHA-256 is 000000000000…"],
        ),
        (_summary(lambda v: v.pop("dtype")), ["shards/shards.json does not describe shards"]),
        (lambda run: (run / "shards/shards.json").unlink(), ["has no shards yet (no shards/shards.json)"]),
        (
            lambda run: (run / "shards/64/blend.txt").write_text("1 korean/part-00000"),
            ["shards/64/blend.txt is missing, or not of"],
        ),
        (_other_tokenizer, ["its tokenizer's SHA-256 is ", "put that tokenizer.json back"]),
        (lambda run: (run / "tokenizer/tokenizer.json").write_text("{}"), ["tokenizer/tokenizer.json has 2 bytes"]),
        (lambda run: edit_json(run / "plan/plan.json", lambda v: v.update(seed=8)), ["plan/plan.json is damaged: its SHA-256"]),
        (
            _plan(lambda v: v["segments"]["korean"].update(planned_tokens=1)),
            ["plan/plan.json: the sums of korean are not", "planned_tokens: 1, found"],
        ),
        (
            _plan(lambda v: v["segments"]["code"]["uses"].update({"2": 0})),
            ["the sums of code are not those of its documents (uses: "],
        ),
        (_plan(lambda v: v["segments"]["code"].update(fim_documents=0)), ["(fim_documents: 0, found "]),
        (_plan(lambda v: v["knowledge"][1].update(documents=1)), ["the sums of knowledge bucket 0.4 to 1.0 of korean"]),
        (_plan(lambda v: v["languages"].update({"xx": {"documents": 1}})), ["the sums of xx are not"]),
        (_plan(lambda v: v["sequence_lengths"]["256"].update(tokens=1)), ["plan/plan.json: 256 has 1 tokens, its documents"]),
        (_plan(lambda v: v.update(max_epochs=1)), ["is used 2 times, the cap is 1; delete plan/manifest.json"]),
        (_table("plan", lambda rows: rows[:-1]), [f"plan/{PARTITIONS[0]}.parquet has "]),
        (
            _table("plan", lambda rows: _first(rows, long=1 - rows[0]["long"])),
            ["is planned in plan/part-00000-000.parquet and in no shard"],
        ),
        (
            _table("tokens", lambda rows: _first(rows, num_tokens=rows[0]["num_tokens"] - 1)),
            [f"tokens/{PARTITIONS[0]}.tokens has not the ids of document 'ko-0' where and as many as its table says"],
        ),
        (_table("tokens", lambda rows: rows[::-1]), [f"tokens/{PARTITIONS[0]}.tokens has not the ids of document"]),
        (_table("filter", _text_of), ["document 'ko-2': its", f"is not its text in filter/{PARTITIONS[0]}.parquet"]),
        (
            _table("filter", _text_of, sealed=False),
            [f"filter/{PARTITIONS[0]}.parquet ", f"is not its text in filter/{PARTITIONS[0]}.parquet"],
        ),
        (
            _table("filter", lambda rows: [row for row in rows if row["id"] != "ko-2"]),
            ["document 'ko-2' is in no partition of filter"],
        ),
    ],
)
def test_damage(packed_run: Path, tmp_path: Path, damage: Change, problems: list[str]) -> None:
    run = tmp_path / "run"
    shutil.copytree(packed_run, run)
    damage(run)
    found = verify(str(run)).problems
    for problem in problems:
        assert any(problem in told for told in found), "\n".join(found)


@pytest.mark.parametrize(
    ("changes", "longest", "problems"),
    [
        ({}, 5, []),
        # A tenth of a percent of 3,000,000 tokens, and the same in one of the lengths.
        ({("korean", "by_length", "64"): 897_000}, 5, []),
        (
            {("korean", "by_length", "64"): 890_000},
            5,
            [
                "plan/plan.json: code has 0.3346 of the tokens of 64, 0.3333 was wished for",
                "plan/plan.json: korean has 0.3309 of the tokens of 64, 0.3333 was wished for",
                "plan/plan.json: multilingual has 0.3346 of the tokens of 64, 0.3333 was wished for",
            ],
        ),
        # A document is whole or not there; and what was taken down is counted as if it were there.
        ({("korean", "by_length", "64"): 890_000}, 10_000, []),
        ({("korean", "by_length", "64"): 890_000, ("korean", "taken_down_by_length", "64"): 10_000}, 5, []),
        (
            {(s, "by_length", "256"): 90_000 for s in SEGMENTS},
            5,
            [
                "plan/plan.json: the sequences of 64 have 0.9091 of all tokens, 0.9000 was wished for",
                "plan/plan.json: the sequences of 256 have 0.0909 of all tokens, 0.1000 was wished for",
            ],
        ),
    ],
)
def test_shares(changes: dict[tuple[str, str, str], int], longest: int, problems: list[str]) -> None:
    plan: dict[str, Any] = {
        "segments": {s: {"share": 1 / 3, "by_length": {"64": 900_000, "256": 100_000}} for s in sorted(SEGMENTS)},
        "sequence_lengths": {"64": {"share": 0.9}, "256": {"share": 0.1}},
    }
    for (segment, table, length), tokens in changes.items():
        plan["segments"][segment].setdefault(table, {})[length] = tokens
    assert [told.split(";")[0] for told in share_problems(plan, longest)] == problems


def _rows(*rows: tuple[int, int, int, str, int, int, int]) -> Pieces:
    names = LINEAGE_SCHEMA.names
    return Pieces.of(
        pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows], schema=LINEAGE_SCHEMA), capacity=10
    )


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], ""),
        ([(0, 0, 5, "a", 0, 0, 0), (0, 5, 5, "b", 0, 0, 0), (1, 0, 5, "b", 5, 0, 0)], ""),
        # A second use of a document, and a second piece of one use, in a sequence.
        (
            [(0, 0, 5, "a", 0, 0, 0), (0, 5, 5, "a", 0, 1, 0)],
            "two uses of one document in one sequence: sequence 0, document 'a'",
        ),
        ([(0, 0, 5, "a", 0, 0, 0), (0, 5, 5, "a", 5, 0, 0)], ""),
        (
            [(0, 0, 5, "a", 0, 0, 0), (0, 4, 5, "b", 0, 0, 0)],
            "overlaps the one before, or is not in order: sequence 0, document 'b'",
        ),
        ([(0, 0, 11, "a", 0, 0, 0)], "a piece that is not within a sequence"),
        ([(2, 0, 5, "a", 0, 0, 0)], "a piece that is not within a sequence"),
        ([(0, 0, 5, "a", 3, 0, 0)], "does not begin where the one before it in its document ended"),
        ([(0, 0, 5, "a", 0, 0, 3)], "of no form"),
        ([(0, 0, 5, "a", 0, 0, 1), (1, 0, 5, "a", 5, 0, 2)], "of no form, or of two"),
    ],
)
def test_lineages(rows: list[tuple[int, int, int, str, int, int, int]], problem: str) -> None:
    found = lineage_problem(_rows(*rows), 2)
    assert problem in found
    assert bool(found) == bool(problem)


def test_json(packed_run: Path) -> None:
    out = io.StringIO()
    assert run_verify(str(packed_run), out, as_json=True, sequences=3) == 0
    told = json.loads(out.getvalue())
    assert (told["whole"], told["problems"], told["notes"]) == (True, [], [])
    assert told["checked"]["sequences_rebuilt"] == 3


def test_what_was_damaged_was_there(packed_run: Path) -> None:
    """The table above means something only if these shards hold what it changes."""
    rows = read_lineage(packed_run / f"shards/{CODE}.lineage.parquet").to_pylist()
    assert {row["form"] for row in rows} == {0, 1, 2}
    assert (np.fromfile(packed_run / f"shards/{KOREAN}.bin", dtype="<u2") == SPECIAL_TOKEN_IDS["<|pad|>"]).any()


def test_a_run_of_an_older_version(packed_run: Path, tmp_path: Path) -> None:
    """Told once, with what to do; nothing else of it is looked at."""
    run = tmp_path / "run"
    shutil.copytree(packed_run, run)
    for path in (run / "tokens").glob("*.parquet"):
        pq.write_table(pq.read_table(path).drop_columns(["stored_tokens"]), path)
    reseal(run, "tokens")
    assert verify(str(run), sequences=0).problems == [
        f"tokens/{PARTITIONS[0]}.parquet is of an older version; run `malmoi build` again"
    ]
