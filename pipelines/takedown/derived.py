"""Takes documents out of what was made from them before the shards: losers, samples, tokens, plan.

Enters: the committed files of ``duplicates``, ``knowledge-sample``, ``tokenizer-sample``, ``tokens`` and ``plan``. Leaves, in
the surgery: those without the documents that go. Rows that are numbered by a partition of another stage get its new numbers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.ledger import Tally, add_up
from pipelines.planned_uses import PLAN_COLUMNS, TOKEN_COLUMNS, fim_of, plan_sums
from pipelines.stages.duplicates import LOSERS_SCHEMA
from pipelines.stages.tokens import COUNTED, count_tokens
from tokenizer.indexed_dataset import optimal_dtype

from .layout import Entry, StageFiles
from .samples import take_texts, take_words
from .surgery import Surgery, as_rows
from .tables import chosen_rows, columns_of, opened, read_columns, renumbered, with_column, write_without

_COPIED_BYTES = 16 << 20
_NO_ROWS = np.zeros(0, dtype=np.int64)


def take_derived(surgery: Surgery) -> None:
    """All of these stages, in the order in which they need one another."""
    for name, take in (
        ("duplicates", _take_losers),
        ("knowledge-sample", take_texts),
        ("tokenizer-sample", take_words),
        ("tokens", _take_tokens),
        ("plan", _take_plan),
    ):
        if stage := surgery.stages.get(name):
            for entry in stage.entries:
                take(surgery, stage, entry)


def _take_losers(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """The losers of a partition of filter's, by row."""
    gone_rows = surgery.rows.get(("filter", entry["name"]), _NO_ROWS)
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    table = read_columns(path, LOSERS_SCHEMA.names)
    gone = np.isin(table["row"].to_numpy(), gone_rows) | surgery.ids.among(table["kept_id"])
    if not gone.any() and not len(gone_rows):
        return

    def renumber(rows: pa.Table) -> pa.Table:
        return with_column(rows, "row", renumbered(rows["row"].to_numpy().astype(np.int64), gone_rows).astype(np.int32))

    described = {name: write_without(path, surgery.target(f"{stage.name}/{name}"), gone, edit=renumber)}
    rules = table["rule"].filter(pa.array(gone)).to_pylist()
    surgery.changed(stage.name, entry, described=described, gone={"stats": {rule: rules.count(rule) for rule in set(rules)}})


def token_dtype(run: str) -> "np.dtype[Any]":
    """The dtype of the run's token files."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(files.read_bytes(files.join(run, "tokenizer", "tokenizer.json")))
    return optimal_dtype(tokenizer.get_vocab_size(with_added_tokens=True)).newbyteorder("<")


def _take_tokens(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """The encoded documents of a partition, end to end in one file, and the table of their places."""
    table_name, tokens_name = f"{entry['name']}.parquet", f"{entry['name']}.tokens"
    path = files.join(stage.directory, table_name)
    if "stored_tokens" not in columns_of(path):
        raise ValueError(f"{path} is of an older version: run `malmoi build` first; nothing was changed")
    table = read_columns(path, ["id", "source", "segment", "language", "stored_tokens", *COUNTED])
    gone = surgery.ids.among(table["id"])
    if not gone.any():
        return
    surgery.rows[stage.name, entry["name"]] = as_rows(gone)
    lengths = table["stored_tokens"].to_numpy().astype(np.int64)
    described = {
        tokens_name: _cut_out(surgery, f"{stage.name}/{tokens_name}", lengths, gone, expected=entry["files"][tokens_name])
    }
    left = lengths[~gone]
    offsets = np.cumsum(left) - left
    done = 0

    def renumber(rows: pa.Table) -> pa.Table:
        nonlocal done
        done += rows.num_rows
        return with_column(rows, "offset", offsets[done - rows.num_rows : done])

    described[table_name] = write_without(path, surgery.target(f"{stage.name}/{table_name}"), gone, edit=renumber)
    tally = _tally_tokens(surgery, table.filter(pa.array(gone)))
    surgery.changed(stage.name, entry, described=described, gone={**tally.counts, "stats": tally.stats})


def _tally_tokens(surgery: Surgery, gone: pa.Table) -> Tally:
    tally = Tally()
    for row in gone.to_pylist():
        text_bytes = surgery.sizes.get(row["id"], 0)
        tally.entered(row["source"], text_bytes=text_bytes)
        tally.kept(row["source"], segment=row["segment"], language=row["language"], text_bytes=text_bytes)
        count_tokens(tally, row)
    return tally


def _cut_out(surgery: Surgery, relative: str, lengths: Any, gone: Any, *, expected: Mapping[str, Any]) -> dict[str, Any]:
    """Copies a file of tokens without the stretches that go.

    Raises:
        ValueError: the file is not as long as its table says.
    """
    source, size = files.join(surgery.run, relative), token_dtype(surgery.run).itemsize
    ends = np.cumsum(lengths) * size
    if int(ends[-1]) != expected["bytes"] or files.size(source) != expected["bytes"]:
        raise ValueError(f"{source} is damaged: its length is not what its table and its manifest say; {REMEDY}")
    # Neighbours that stay are copied as one.
    edges = np.flatnonzero(np.diff(np.concatenate(([True], gone, [True])).astype(np.int8)))
    begins = np.concatenate(([0], ends))
    with files.writing(surgery.target(relative)) as out, opened(source) as raw:
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            place, end = int(begins[first]), int(begins[last])
            raw.seek(place)
            while place < end:
                data = raw.read(min(_COPIED_BYTES, end - place))
                out.write(data)
                place += len(data)
    return out.description()


#: What to do about a damaged file of a run.
REMEDY = "nothing was changed; run `malmoi verify` on the run, mend it with `malmoi build`, and take down again"


def _take_plan(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """The plan: how often each document goes into the shards, and the sums of what that makes."""
    plan: Any = files.read_json(files.join(stage.directory, "plan.json"))
    described: dict[str, Any] = {}
    gone_sums: list[dict[str, Any]] = []
    longest = 0
    for (name, partition), rows in sorted(surgery.rows.items()):
        if name == "tokens":
            file = f"{partition}.parquet"
            path = files.join(stage.directory, file)
            planned = read_columns(path, [*PLAN_COLUMNS])
            gone = np.zeros(planned.num_rows, dtype=np.bool_)
            gone[rows] = True
            described[file] = write_without(path, surgery.target(f"{stage.name}/{file}"), gone)
            sums, longest_gone = _sums_of_gone(surgery, plan, partition, gone, planned.filter(pa.array(gone)))
            gone_sums.append(sums)
            longest = max(longest, longest_gone)
    if not described:
        return
    subtract(plan, add_up(gone_sums))
    # How near whole documents could come to the shares is a matter of the longest.
    plan["taken_down_longest"] = max(longest, plan.get("taken_down_longest", 0))
    described["plan.json"] = surgery.write(f"{stage.name}/plan.json", files.to_json(plan))
    surgery.changed(stage.name, entry, described=described)


def _sums_of_gone(
    surgery: Surgery, plan: Mapping[str, Any], partition: str, gone: Any, planned: pa.Table
) -> tuple[dict[str, Any], int]:
    """The sums of the plan over the documents of a partition that go, and the tokens of the longest of them."""
    path = files.join(surgery.run, "tokens", f"{partition}.parquet")
    documents = pa.concat_tables(chosen_rows(path, gone, columns=[*TOKEN_COLUMNS]))
    lengths = sorted(map(int, plan["sequence_lengths"]))
    fim = fim_of(surgery.stages["tokens"].manifest)
    sums = plan_sums(documents, planned, fim=fim, lengths=lengths, buckets=plan["knowledge"])
    return sums, int(documents["num_tokens"].to_numpy().max(initial=0))


def subtract(plan: dict[str, Any], gone: Mapping[str, Any]) -> None:
    """Takes sums out of ``plan.json``. What goes from each length is told, for how many shards there are follows from it."""
    for table in ("segments", "languages", "sources"):
        for key, sums in gone[table].items():
            row = plan[table][key] = _less(plan[table][key], sums)
            if table == "segments":
                before = row.get("taken_down_by_length", {})
                row["taken_down_by_length"] = add_up([before, sums["by_length"]]) if before else sums["by_length"]
                for length, tokens in sums["by_length"].items():
                    plan["sequence_lengths"][length]["tokens"] -= tokens
    for number, sums in gone["knowledge"].items():
        plan["knowledge"][int(number)] = _less(plan["knowledge"][int(number)], sums)
    for table in ("languages", "sources"):
        plan[table] = {key: row for key, row in plan[table].items() if row["documents"] or key not in gone[table]}


def _less(row: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the plan without some documents."""
    left: dict[str, Any] = {**row}
    for name, amount in gone.items():
        own = row[name]
        if isinstance(amount, Mapping):
            counts = {key: number - amount.get(key, 0) for key, number in own.items()}
            left[name] = {key: number for key, number in counts.items() if number or key not in amount or name == "by_length"}
        else:
            left[name] = own - amount
    left["epochs"] = round(left["planned_plain_tokens"] / left["tokens"], 6) if left["tokens"] else 0.0
    return left
