"""Takes documents out of what finds repeated lines and passages: ``repeats-index``, ``repeats``, and dedup's ``passages``.

Enters: the committed files of these stages. Leaves, in the surgery: the index of each partition that loses documents, made
anew from what is left of it; the tables of passages without those of the documents that go, and with nobody where one of
them was the first to have a passage. Which lines a site repeats stays as it is: hashes of lines that many documents have.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.partition import opened_parquet
from pipelines.engine.progress import Progress
from pipelines.engine.ranges import write_ranges
from pipelines.engine.stage import Unit
from pipelines.recipe_tables import Lines, Substrings
from pipelines.stages.repeats_index import Index
from pipelines.tombstones import NO_ID

from .layout import Entry, StageFiles
from .surgery import Surgery
from .tables import Ints, Mask, pc, read_columns, renumbered, with_column, write_without

_NO_ROWS = np.zeros(0, dtype=np.int64)
_PASSAGES = "passages/"


def take_from_repeats(surgery: Surgery) -> None:
    """All three, where the run has them."""
    partitions = [entry["name"] for entry in surgery.stages["filter"].entries] if "filter" in surgery.stages else []
    if stage := surgery.stages.get("repeats-index"):
        for entry in stage.entries:
            if ("filter", entry["name"]) in surgery.rows:
                _index_anew(surgery, stage, entry)
    if stage := surgery.stages.get("repeats"):
        for entry in stage.entries:
            _take_passages(surgery, stage, entry, partitions)
    if stage := surgery.stages.get("dedup"):
        for entry in stage.entries:
            _take_listed(surgery, stage, entry)


def _index_anew(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """What a partition shares with others, without the documents that go: exactly what the stage makes of the rest."""
    assert stage.manifest is not None
    name, config = entry["name"], stage.manifest["config"]
    lines = Lines.model_validate({"remove": config["lines"] is not None, "by": config["lines"] or "site"})
    reported = {"action": "report", "min_chars": config["min_chars"]} if config["min_chars"] else {}
    substrings = Substrings.model_validate(reported)
    job = Index(lines, substrings, tuple(config["sources"]), config["ranges"])
    unit = Unit(name, (surgery.newest(f"filter/{name}.parquet"), surgery.newest(f"duplicates/{name}.parquet")), 1)
    directory = files.join(surgery.new, stage.name)
    made = job.run(unit, directory=directory, progress=Progress(files.join(surgery.new, ".."), stage=stage.name))[0]
    surgery.staged += [f"{stage.name}/{file}" for file in made["files"]]
    before = {"stats": entry["stats"]}
    counts = {kind: entry["stats"]["records"][kind] - number for kind, number in made["stats"]["records"].items()}
    surgery.changed(stage.name, {**entry, **before}, described=made["files"], gone={"stats": {"records": counts}})


def _take_passages(surgery: Surgery, stage: StageFiles, entry: Entry, partitions: list[str]) -> None:
    """The passages that a unit of ``repeats`` found: a row group per partition of filter's."""
    name = f"{entry['name']}.passages.parquet"
    if name not in entry["files"]:
        return
    path = files.join(stage.directory, name)
    lost = 0
    tables: list[pa.Table] = []
    changed = False
    with opened_parquet(path) as parquet:
        schema = parquet.schema_arrow
        for group, partition in enumerate(partitions):
            table = parquet.read_row_group(group, use_threads=False)
            gone_rows = surgery.rows.get(("filter", partition), _NO_ROWS)
            gone = np.isin(table["row"].to_numpy(), gone_rows)
            named = surgery.ids.among(table["first_id"])
            changed |= bool(len(gone_rows) and len(table)) or bool(named.any())
            lost += int(gone.sum())
            tables.append(_as_left(surgery, table.filter(pa.array(~gone)), gone_rows))
    if changed:
        described = write_ranges(surgery.target(f"{stage.name}/{name}"), tables, schema=schema)
        surgery.changed(stage.name, entry, described={name: described}, gone={"stats": {"passages": lost}})


def _as_left(surgery: Surgery, table: pa.Table, gone_rows: Ints) -> pa.Table:
    """Rows of passages under the numbers that they have now, and with nobody in place of a document that goes."""
    rows = renumbered(table["row"].to_numpy().astype(np.int64), gone_rows).astype(np.int32)
    named = surgery.ids.among(table["first_id"])
    first = [NO_ID if hidden else value for value, hidden in zip(table["first_id"].to_pylist(), named.tolist(), strict=True)]
    return with_column(with_column(table, "row", rows), "first_id", first)


def _take_listed(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """The passages of a partition as dedup lists them."""
    name = f"{_PASSAGES}{entry['name']}.parquet"
    if name not in entry["files"]:
        return
    path = files.join(stage.directory, name)
    table = read_columns(path, ["id", "first_id", "chars"])
    gone = surgery.ids.among(table["id"])
    gone_rows = surgery.rows.get(("filter", entry["name"]), _NO_ROWS)
    if not (gone | surgery.ids.among(table["first_id"])).any() and not len(gone_rows):
        return
    target = surgery.target(f"{stage.name}/{name}")
    described = write_without(path, target, gone, edit=lambda rows: _as_left(surgery, rows, gone_rows))
    characters = int(table["chars"].to_numpy()[gone].sum())
    counts = {"places": int(gone.sum()), "characters": characters}
    new = surgery.entry(stage.name, entry)
    surgery.changed(
        stage.name, new, described={**_files(new), name: described}, gone={"stats": {"repeats": {"found_passages": counts}}}
    )


def _files(entry: Entry) -> dict[str, Any]:
    return dict(entry["files"])


def details_without(surgery: Surgery, details: pa.ChunkedArray | pa.Array) -> tuple[list[str], Mask]:
    """Details of ledger rows, naming nobody in place of a document that goes; and which of them named one."""
    told: list[str] = details.to_pylist()
    named = np.zeros(len(told), dtype=np.bool_)
    for place in pc.indices_nonzero(pc.match_substring(details, NAMES)).to_pylist():
        before, _, identifier = told[place].partition(NAMES)
        if identifier in surgery.ids.set:
            told[place], named[place] = f"{before}{NAMES}{NO_ID}", True
    return told, named


#: How a ledger row names the document that was the first to have a passage.
NAMES = ", first in "


def ranges_of_groups(path: str) -> Iterator[pa.Table]:
    """The row groups of a file, empty ones too."""
    with opened_parquet(path) as parquet:
        for group in range(parquet.num_row_groups):
            yield parquet.read_row_group(group, use_threads=False)
