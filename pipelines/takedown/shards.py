"""Takes documents out of packed shards: their tokens become padding where they stand.

Enters: shards with their lineage. Leaves, in the surgery: the same sequences in the same places, each token of a document
that goes (its end-of-text among them) now ``<|pad|>``; lineage without its rows; counts, checksums and ``shards.json`` to
match. Indexes stay as they are, and so does every other token: nobody has to pack again, and whoever has read a shard up to
some sequence goes on reading there. A sequence may begin with padding now, have it in the middle, or be nothing else.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from tokenizer.lineage import read_lineage, write_lineage
from tokenizer.special_tokens import PAD

from .derived import REMEDY
from .layout import Entry, StageFiles
from .surgery import Surgery
from .tables import opened, read_columns

_COPIED_BYTES = 16 << 20
_LINEAGE = ".lineage.parquet"
SUMMARY = "shards/shards.json"


@dataclass(frozen=True)
class Masked:
    """A shard with sequences that held documents that go. ``shard`` is its path without a suffix."""

    shard: str
    sequences: tuple[int, ...]
    tokens: int


def take_from_shards(surgery: Surgery) -> list[Masked]:
    """Masks every shard that holds one of the documents.

    Raises:
        ValueError: a shard is not what its manifest says.
    """
    stage = surgery.stages.get("shards")
    if stage is None:
        return []
    summary: Any = files.read_json(files.join(surgery.run, SUMMARY))
    masked: list[Masked] = []
    for entry in stage.entries:
        for name in sorted(entry["files"]):
            if name.endswith(_LINEAGE):
                found = _mask(surgery, stage, entry, name.removesuffix(_LINEAGE), summary)
                masked += [found] if found else []
    if masked and summary is not None:
        surgery.write(SUMMARY, files.to_json(_summary(surgery, stage, summary)))
    return masked


def _mask(surgery: Surgery, stage: StageFiles, entry: Entry, shard: str, summary: Mapping[str, Any] | None) -> Masked | None:
    lineage_path = files.join(stage.directory, f"{shard}{_LINEAGE}")
    gone = surgery.ids.among(read_columns(lineage_path, ["document_id"])["document_id"])
    if not gone.any():
        return None
    if summary is None:
        raise ValueError(f"{files.join(surgery.run, SUMMARY)} is not there, though shards are; {REMEDY}")
    with opened(lineage_path) as raw:
        lineage = read_lineage(raw)
    rows = lineage.filter(pa.array(gone))
    sequence, start, length = (rows[n].to_numpy().astype(np.int64) for n in ("sequence", "start", "length"))
    places = sequence * summary["sequence_length"] + start
    dtype = np.dtype(summary["dtype"]).newbyteorder("<")
    pad = np.array(summary["special_tokens"][PAD], dtype=dtype)
    binary = f"{shard}.bin"
    described = {
        binary: _with_padding(surgery, f"{stage.name}/{binary}", places, length, pad, expected=entry["files"][binary]),
    }
    with files.writing(surgery.target(f"{stage.name}/{shard}{_LINEAGE}")) as out:
        write_lineage(lineage.filter(pa.array(~gone)), to=out)
    described[f"{shard}{_LINEAGE}"] = out.description()
    tokens = int(length.sum())
    documents = rows.select(["document_id", "repeat"]).group_by(["document_id", "repeat"], use_threads=False).aggregate([])
    surgery.note_found(documents["document_id"].to_pylist(), stage.name)
    segment = next(iter(entry["stats"]))
    counts = {"documents": documents.num_rows, "tokens": tokens, "padding": -tokens}
    surgery.changed(stage.name, entry, described=described, gone={"stats": {segment: counts}})
    return Masked(shard, tuple(np.unique(sequence).tolist()), tokens)


def _with_padding(
    surgery: Surgery, relative: str, places: Any, lengths: Any, pad: Any, *, expected: Mapping[str, Any]
) -> dict[str, Any]:
    """Copies a shard's tokens with padding at some places, in pieces of bounded size.

    Raises:
        ValueError: the shard's bytes are not those that its manifest names.
    """
    source, size = files.join(surgery.run, relative), pad.dtype.itemsize
    before = hashlib.sha256()
    place = 0
    with files.writing(surgery.target(relative)) as out:
        for data in _pieces(source):
            before.update(data)
            tokens = np.frombuffer(data, dtype=pad.dtype).copy()
            first, last = np.searchsorted(places + lengths, place, side="right"), np.searchsorted(places, place + len(tokens))
            for begin, length in zip(places[first:last].tolist(), lengths[first:last].tolist(), strict=True):
                tokens[max(begin - place, 0) : begin + length - place] = pad
            out.write(tokens.tobytes())
            place += len(data) // size
        if before.hexdigest() != expected["sha256"]:
            raise ValueError(f"{source} is damaged: its SHA-256 is not the one in its manifest; {REMEDY}")
    return out.description()


def _pieces(path: str) -> Iterator[bytes]:
    with opened(path) as raw:
        while data := raw.read(_COPIED_BYTES):
            yield data


def _summary(surgery: Surgery, stage: StageFiles, summary: Mapping[str, Any]) -> dict[str, Any]:
    """``shards.json`` with the counts and checksums as they become."""
    entries = [surgery.entry(stage.name, entry) for entry in stage.entries]
    segments = {segment: dict(row) for segment, row in summary["segments"].items()}
    for segment, row in segments.items():
        for count in ("documents", "tokens", "padding"):
            if count in row:
                row[count] = sum(entry["stats"].get(segment, {}).get(count, 0) for entry in entries)
    total = sum(row.get("tokens", 0) for row in segments.values())
    for row in segments.values():
        row["share"] = row.get("tokens", 0) / total if total else 0.0
    described = {name: told for entry in entries for name, told in entry["files"].items()}
    return {
        **summary,
        "segments": segments,
        "files": {name: described.get(name, told) for name, told in summary["files"].items()},
    }
