"""A made-up ``tokens`` stage, and its plan: rows enter, ``plan.json`` and the uses of every document leave."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from mixing.repeats import unit_hashes
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Unit
from pipelines.recipe_tables import Recipe
from pipelines.stages.plan import Plan

SCHEMA = pa.schema(
    [
        *(("id", pa.string()), ("source", pa.string()), ("segment", pa.string()), ("language", pa.string())),
        *(("hash", pa.uint64()), ("knowledge", pa.float32()), ("offset", pa.int64()), ("num_tokens", pa.int32())),
        *(("fim_tokens", pa.int32()), ("stored_tokens", pa.int32()), ("fim_parts", pa.list_(pa.int32()))),
    ]
)


@dataclass(frozen=True)
class Rows:
    """Documents of one segment, language and source."""

    segment: str
    language: str
    source: str
    lengths: Any
    knowledge: Any = None
    prefix: str = ""


@dataclass(frozen=True)
class Result:
    plan: dict[str, Any]
    table: dict[str, Any]
    bytes: dict[str, bytes]

    def by_id(self) -> dict[str, int]:
        return dict(zip(self.table["id"], self.table["repeats"].tolist(), strict=True))


def recipe(mix: Mapping[str, Any] | None = None, **tables: Any) -> Recipe:
    third = {"korean": "1/3", "multilingual": "1/3", "code": "1/3"}
    sources = [{"name": name, "format": "jsonl", "paths": ["-"]} for name in ("web", "wiki", "books", "github", "forum")]
    return Recipe.model_validate({"name": "r", "source": sources, "tokenizer": {}, "mix": third | dict(mix or {}), **tables})


def columns(groups: Sequence[Rows], *, seed: int, fim_limit: int = 4096, fim_cost: int = 4) -> dict[str, Any]:
    """The columns of all groups end to end."""
    made: dict[str, list[Any]] = {name: [] for name in ("id", "source", "segment", "language", "knowledge", "num_tokens")}
    for group in groups:
        lengths = np.asarray(group.lengths, dtype=np.int32)
        ids = [f"{group.prefix}{group.segment}/{group.language}/{group.source}:{n}" for n in range(lengths.size)]
        scores = (
            np.full(lengths.size, np.nan, np.float32) if group.knowledge is None else np.asarray(group.knowledge, np.float32)
        )
        made["id"] += ids
        for name in ("source", "segment", "language"):
            made[name] += [getattr(group, name)] * lengths.size
        made["knowledge"].append(scores)
        made["num_tokens"].append(lengths)
    table: dict[str, Any] = dict(made)
    table["hash"] = unit_hashes(made["id"], seed=seed)
    table["knowledge"] = np.concatenate([np.zeros(0, np.float32), *made["knowledge"]])
    lengths = table["num_tokens"] = np.concatenate([np.zeros(0, np.int32), *made["num_tokens"]])
    table["fim_tokens"] = np.where((lengths > 8) & (lengths + fim_cost <= fim_limit), lengths + fim_cost, 0).astype(np.int32)
    return table


def planned(
    tmp_path: Path, groups: Sequence[Rows], made: Recipe, *, num_partitions: int = 1, order: Any = None, fim_cost: int = 4
) -> Result:
    """The plan of these documents, in ``num_partitions`` partitions, in another order of rows if one is given."""
    table = columns(groups, seed=made.seed, fim_limit=made.pack.sequence_length, fim_cost=fim_cost)
    size = len(table["id"])
    order = np.arange(size) if order is None else np.asarray(order)
    arrow = pa.table(
        {
            **{
                name: pa.array(np.array(table[name], dtype=object)[order], pa.string())
                for name in ("id", "source", "segment", "language")
            },
            "hash": pa.array(table["hash"][order]),
            "knowledge": pa.array(table["knowledge"][order], from_pandas=True),
            "offset": pa.array(np.zeros(size, np.int64)),
            "num_tokens": pa.array(table["num_tokens"][order]),
            "fim_tokens": pa.array(table["fim_tokens"][order]),
            "stored_tokens": pa.array(table["num_tokens"][order]),
            "fim_parts": pa.array([None] * size, pa.list_(pa.int32())),
        },
        schema=SCHEMA,
    )
    directory = tmp_path / "plan"
    (tmp_path / "tokens").mkdir(parents=True, exist_ok=True)
    payload: list[tuple[str, str]] = []
    edges = np.linspace(0, size, num_partitions + 1).astype(int)
    for number in range(num_partitions):
        path = tmp_path / "tokens" / f"part-{number:05d}.parquet"
        part = arrow.slice(int(edges[number]), int(edges[number + 1] - edges[number]))
        with pq.ParquetWriter(path, SCHEMA) as writer:
            for batch in part.to_batches(max_chunksize=997):
                writer.write_batch(batch)
        payload.append((path.stem, str(path)))
    directory.mkdir(exist_ok=True)
    Plan(made).run(Unit("plan", payload, 1), directory=str(directory), progress=Progress(str(tmp_path), stage="plan"))
    plan = json.loads((directory / "plan.json").read_text(encoding="utf-8"))
    parts = [pq.read_table(directory / f"{name}.parquet") for name, _ in payload]
    out = {
        name: np.asarray(values, dtype=object if name in ("id", "source", "segment", "language") else None)[order]
        for name, values in table.items()
    }
    out |= {name: np.concatenate([part[name].to_numpy() for part in parts]) for name in ("repeats", "long")}
    return Result(plan, out, {file.name: file.read_bytes() for file in sorted(directory.iterdir())})
