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
from pipelines.engine.ledger import add_up
from pipelines.shard_pieces import Pieces
from pipelines.shard_set import LINEAGE_SUFFIX, ShardSet, open_shards, segment_of, sequence_length
from pipelines.stages.shards_summary import COUNTS
from pipelines.verify_shards import counts_of
from tokenizer.lineage import write_lineage

from .derived import REMEDY
from .layout import Entry, StageFiles
from .surgery import Surgery
from .tables import opened

_COPIED_BYTES = 16 << 20
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
    held = [(entry, name) for entry in stage.entries for name in sorted(entry["files"]) if name.endswith(LINEAGE_SUFFIX)]
    if not held:
        return []
    if not files.exists(files.join(surgery.run, SUMMARY)) and stage.manifest is None:
        raise ValueError(
            f"{stage.directory} is not finished (there is no shards.json), so nothing can be taken out of its shards: "
            f"run `malmoi build` first, or delete {stage.directory}; nothing was changed"
        )
    shards = open_shards(surgery.run)
    masked: list[Masked] = []
    for entry, name in held:
        found = _mask(surgery, stage, entry, name.removesuffix(LINEAGE_SUFFIX), shards)
        masked += [found] if found else []
    if masked:
        surgery.write(SUMMARY, files.to_json(_summary(surgery, stage, shards.summary)))
    return masked


def _mask(surgery: Surgery, stage: StageFiles, entry: Entry, shard: str, shards: ShardSet) -> Masked | None:
    lineage = shards.lineage(shard)
    gone = surgery.ids.among(lineage["document_id"])
    if not gone.any():
        return None
    before, left = (Pieces.of(t, capacity=sequence_length(shard)) for t in (lineage, lineage.filter(pa.array(~gone))))
    pad, binary = np.array(shards.pad, dtype=shards.dtype), f"{shard}.bin"
    described = {
        binary: _with_padding(
            surgery, f"{stage.name}/{binary}", before.begins[gone], before.length[gone], pad, expected=entry["files"][binary]
        ),
    }
    with files.writing(surgery.target(f"{stage.name}/{shard}{LINEAGE_SUFFIX}")) as out:
        write_lineage(lineage.filter(pa.array(~gone)), to=out)
    described[f"{shard}{LINEAGE_SUFFIX}"] = out.description()
    surgery.note_found(lineage["document_id"].filter(pa.array(gone)).to_pylist(), stage.name)
    num_sequences = shards.num_sequences(shard)
    were, are = (counts_of(pieces, num_sequences) for pieces in (before, left))
    counts = {name: were[name] - are[name] for name in COUNTS}
    stats = {str(sequence_length(shard)): {segment_of(shard): counts}}
    surgery.changed(stage.name, entry, described=described, gone={"stats": stats})
    return Masked(shard, tuple(np.unique(before.sequence[gone]).tolist()), counts["tokens"])


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
    by_length = add_up([entry["stats"] for entry in entries])
    all_tokens = sum(row["tokens"] for rows in by_length.values() for row in rows.values())
    lengths: dict[str, Any] = {}
    for length, row in summary["lengths"].items():
        tokens = sum(counts["tokens"] for counts in by_length.get(length, {}).values())
        new = {"tokens": tokens, "share": tokens / all_tokens if all_tokens else 0.0}
        lengths[length] = {**row, **new, "segments": _counted(row["segments"], by_length.get(length, {}))}
    described = {name: told for entry in entries for name, told in entry["files"].items()}
    return {
        **summary,
        "segments": _counted(summary["segments"], add_up([*by_length.values()])),
        "lengths": lengths,
        "files": {name: described.get(name, told) for name, told in summary["files"].items()},
    }


def _counted(told: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of a table of segments with these counts, and the shares that follow."""
    all_tokens = sum(row["tokens"] for row in found.values())
    rows: dict[str, Any] = {}
    for segment, row in told.items():
        own = found.get(segment, {})
        rows[segment] = {**row, **{name: own.get(name, 0) for name in COUNTS if name in row}}
        if "share" in row:
            rows[segment]["share"] = own.get("tokens", 0) / all_tokens if all_tokens else 0.0
    return rows
