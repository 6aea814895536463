"""What a takedown would do, found without writing anything.

Enters: the stages of a run and the documents that would go. Leaves: how many rows of each stage are about them, and the
shards and sequences that hold them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files

from .layout import StageFiles
from .tables import ID_COLUMNS, Ids, columns_of, read_columns
from .targets import Targets


def preview(stages: Mapping[str, StageFiles], targets: Targets) -> dict[str, Any]:
    """The counts of a takedown, as it tells them when it is done."""
    ids = Ids(targets.ids)
    rows: dict[str, int] = {}
    shards: list[dict[str, Any]] = []
    for stage in stages.values():
        number = 0
        for entry in stage.entries:
            for name in sorted(entry["files"]):
                if not name.endswith(".parquet"):
                    continue
                path = files.join(stage.directory, name)
                columns = [column for column in columns_of(path) if column in ID_COLUMNS]
                if columns:
                    table = read_columns(path, columns)
                    number += int(np.logical_or.reduce([ids.among(table[column]) for column in columns]).sum())
                if "document_id" in columns:
                    shards += _held(path, name.removesuffix(".lineage.parquet"), ids)
        if number:
            rows[stage.name] = number
    return {
        "documents": len(targets.ids),
        "of_them_copies": len(targets.copies),
        "rows": rows,
        "shards": shards,
    }


def _held(path: str, shard: str, ids: Ids) -> list[dict[str, Any]]:
    """The sequences of a shard that hold one of the documents."""
    table = read_columns(path, ["sequence", "length", "document_id"])
    own = table.filter(pa.array(ids.among(table["document_id"])))
    if not own.num_rows:
        return []
    sequences = np.unique(own["sequence"].to_numpy()).tolist()
    return [{"shard": shard, "sequences": sequences, "tokens": int(own["length"].to_numpy().sum())}]
