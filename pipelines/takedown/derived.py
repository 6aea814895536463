"""Takes documents out of what was made from them before the shards: losers, samples, tokens, plan.

Enters: the committed files of ``duplicates``, ``knowledge-sample``, ``tokenizer-sample``, ``tokens`` and ``plan``. Leaves, in
the surgery: those without the documents that go. Rows that are numbered by a partition of another stage get its new numbers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from filters.document import SEGMENTS
from pipelines.engine import files
from pipelines.engine.ledger import Tally
from pipelines.stages.duplicates import LOSERS_SCHEMA
from tokenizer.indexed_dataset import optimal_dtype

from .layout import Entry, StageFiles
from .samples import take_texts, take_words
from .surgery import Surgery, as_rows
from .tables import chosen_rows, opened, read_columns, renumbered, with_column, write_without

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
    table = read_columns(path, ["id", "source", "segment", "language", "num_tokens"])
    gone = surgery.ids.among(table["id"])
    if not gone.any():
        return
    surgery.rows[stage.name, entry["name"]] = as_rows(gone)
    lengths = table["num_tokens"].to_numpy().astype(np.int64)
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
        text_bytes, characters = surgery.sizes.get(row["id"], (0, 0))
        tally.entered(row["source"], text_bytes=text_bytes)
        tally.kept(row["source"], segment=row["segment"], language=row["language"], text_bytes=text_bytes)
        for table, key in (("segments", row["segment"]), ("languages", row["language"])):
            if key:
                tally.add(table, key, tokens=row["num_tokens"], characters=characters)
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
    """The plan: how often each document goes into the shards, and the tables of what that makes."""
    plan: Any = files.read_json(files.join(stage.directory, "plan.json"))
    described: dict[str, Any] = {}
    for (name, partition), rows in sorted(surgery.rows.items()):
        if name == "tokens":
            file = f"{partition}.parquet"
            repeats = read_columns(files.join(stage.directory, file), ["repeats"])["repeats"].to_numpy()
            gone = np.zeros(len(repeats), dtype=np.bool_)
            gone[rows] = True
            path = files.join(stage.directory, file)
            described[file] = write_without(path, surgery.target(f"{stage.name}/{file}"), gone)
            _take_from_plan(surgery, plan, partition, gone, repeats)
    if not described:
        return
    for table in ("segments", "languages", "sources"):
        for row in plan[table].values():
            row["epochs"] = round(row["planned_tokens"] / row["tokens"], 6) if row["tokens"] else 0.0
    for table in ("languages", "sources"):
        plan[table] = {key: row for key, row in plan[table].items() if row["documents"]}
    described["plan.json"] = surgery.write(f"{stage.name}/plan.json", files.to_json(plan))
    surgery.changed(stage.name, entry, described=described)


def _take_from_plan(surgery: Surgery, plan: dict[str, Any], partition: str, gone: Any, repeats: Any) -> None:
    path = files.join(surgery.run, "tokens", f"{partition}.parquet")
    rows = [r for t in chosen_rows(path, gone, columns=["source", "segment", "language", "num_tokens"]) for r in t.to_pylist()]
    for row, times in zip(rows, repeats[gone].tolist(), strict=True):
        planned = row["num_tokens"] * times
        for table, key in (("segments", row["segment"]), ("languages", row["language"]), ("sources", row["source"])):
            counts = plan[table][key]
            counts["documents"] -= 1
            counts["tokens"] -= row["num_tokens"]
            counts["planned_documents"] -= times
            counts["planned_tokens"] -= planned
        if row["segment"] in SEGMENTS:
            # How many shards there are was worked out from the plan as it was made.
            segment = plan["segments"][row["segment"]]
            segment["taken_down_tokens"] = segment.get("taken_down_tokens", 0) + planned
