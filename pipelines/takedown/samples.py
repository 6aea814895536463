"""Takes documents out of the samples that the knowledge classifier and the tokenizer learn from.

Enters: the committed files of ``knowledge-sample``, which holds texts without ids, and of ``tokenizer-sample``, which holds how
often each word stands in the documents of a partition. Leaves, in the surgery: the one without the texts that go, the other
with their words counted off. What was trained on them stays: a vocabulary and weights, neither documents nor passages.
"""

from typing import Any

import numpy as np
import pyarrow as pa

from filters.content_hash import content_hash
from filters.document import DOCUMENT_SCHEMA
from pipelines.engine import files
from pipelines.engine.partition import TableWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Unit
from pipelines.stages.tokenizer import WORDS_SCHEMA, CountWords

from .layout import Entry, StageFiles, document_stages
from .surgery import Surgery
from .tables import chosen_rows, read_columns, with_column, write_without

_KEYS = ["word", "context"]


def take_texts(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """A partition of a sample of texts: whatever has the text of a document that goes."""
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    sizes: list[int] = []
    everything = np.ones(read_columns(path, []).num_rows, dtype=np.bool_)
    for table in chosen_rows(path, everything, columns=["text"]):
        sizes += [surgery.samples.get(content_hash(text), -1) for text in table["text"].to_pylist()]
    gone = np.array(sizes, dtype=np.int64) >= 0
    if gone.any():
        described = {name: write_without(path, surgery.target(f"{stage.name}/{name}"), gone)}
        lost = {"documents": int(gone.sum()), "text_bytes": sum(size for size in sizes if size > 0)}
        surgery.changed(stage.name, entry, described=described, gone={"stats": lost})


def take_words(surgery: Surgery, stage: StageFiles, entry: Entry) -> None:
    """A partition of the tokenizer's sample: the words of the documents that go, counted as the stage counts them."""
    name = f"{entry['name']}.parquet"
    path = files.join(stage.directory, name)
    counted = _counted(surgery, stage, entry)
    if counted is None:
        return
    less = {(row["word"], row["context"]): row["count"] for row in counted["words"].to_pylist()}
    table = read_columns(path, WORDS_SCHEMA.names)
    keys = [*zip(*(table[key].to_pylist() for key in _KEYS), strict=True)]
    left = table["count"].to_numpy() - np.array([less.get(key, 0) for key in keys], dtype=np.int64)
    done = 0

    def recounted(rows: pa.Table) -> pa.Table:
        nonlocal done
        done += rows.num_rows
        return with_column(rows, "count", left[left > 0][done - rows.num_rows : done])

    described = {name: write_without(path, surgery.target(f"{stage.name}/{name}"), left <= 0, edit=recounted)}
    stats = {**counted["stats"], "words": int((left <= 0).sum())}
    surgery.changed(stage.name, entry, described=described, gone={"stats": stats})


def _counted(surgery: Surgery, stage: StageFiles, entry: Entry) -> dict[str, Any] | None:
    """The words of the documents that go from a partition, and how many documents and bytes of them were sampled."""
    documents = document_stages(surgery.stages)[-1]
    rows = surgery.rows.get((documents.name, entry["name"]))
    if rows is None:
        return None
    config = _config(stage)
    path = files.join(documents.directory, f"{entry['name']}.parquet")
    mask = np.zeros(read_columns(path, []).num_rows, dtype=np.bool_)
    mask[rows] = True
    aside = files.join(surgery.new, "..", "aside")
    writer = TableWriter(files.join(aside, "documents.parquet"), DOCUMENT_SCHEMA)
    for table in chosen_rows(path, mask):
        for batch in table.combine_chunks().to_batches():
            writer.write(batch)
    writer.close()
    job = CountWords(config["seed"], config["shares"])
    unit = Unit("words", files.join(aside, "documents.parquet"), 1)
    made = job.run(unit, directory=aside, progress=Progress(aside, stage=stage.name))[0]
    words = read_columns(files.join(aside, "words.parquet"), WORDS_SCHEMA.names)
    files.remove_tree(aside)
    return {"words": words, "stats": made["stats"]} if made["stats"]["documents"] else None


def _config(stage: StageFiles) -> Any:
    """The settings of a stage by its manifest; of one that has none, nothing can be counted off before it is finished."""
    if stage.manifest is not None:
        return stage.manifest["config"]
    raise ValueError(
        f"{stage.directory} is not finished, so that its sample cannot be counted again: run `malmoi build` with "
        f"--until {stage.name} first, or delete {stage.directory}; nothing was changed"
    )
