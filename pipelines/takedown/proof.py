"""The proof: a scan of everything in the run for the documents that were taken down.

Enters: the run as it is on the disk afterwards, the ids, and the grams of the documents' texts. Leaves: what was scanned and
what was found. Ids are looked for in every column of strings and in every JSON, HTML and text file. Runs of 13 words are
looked for in the shards and token files, decoded, in samples, and in the report; one that a document which stays holds too
proves nothing, so it is looked up in the texts of those: for shards and tokens in what they were made of, elsewhere in every
stage. Uses in a form of fill-in-the-middle are looked through in the order of their texts. What is no piece of a document by
the lineage of a shard has to be padding.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from pipelines.engine import files
from pipelines.engine.partition import opened_parquet
from pipelines.shard_pieces import Pieces
from pipelines.shard_set import LINEAGE_SUFFIX, ShardSet, open_shards, sequence_length
from pipelines.token_bytes import TokenBytes
from tokenizer.fim import PLAIN, FormError, original

from .grams import GramSet, Hashes, Words, split, union, without
from .layout import StageFiles, document_stages, read_stages
from .mentions import Mentions
from .tables import Ids, columns_of, opened, read_columns

_BATCH_TOKENS = 1 << 20
_BATCH_CHARACTERS = 1 << 22
_SHOWN = 20

Found = dict[int, Hashes]


@dataclass
class Scan:
    """What is looked for, and what has been found so far."""

    run: str
    ids: Ids
    grams: GramSet
    stages: Mapping[str, StageFiles] = field(init=False)
    #: What was found where: no such line is left in a run that has been proved.
    problems: list[str] = field(default_factory=list[str])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.stages = read_stages(self.run)

    def count(self, name: str, number: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + number

    def paths(self, stage: StageFiles, suffix: str) -> Iterator[tuple[str, str]]:
        """(name in the run, path) of a stage's files."""
        for entry in stage.entries:
            for name in sorted(entry["files"]):
                if name.endswith(suffix):
                    yield f"{stage.name}/{name}", files.join(stage.directory, name)


def prove(run: str, *, ids: Ids, grams: GramSet) -> dict[str, Any]:
    """Scans the run; the proof, whose ``holds`` tells whether nothing was found.

    Raises:
        ValueError: a file cannot be read.
    """
    scan = Scan(run, ids, grams)
    _look_for_ids(scan)
    mentions = Mentions(run, ids.set)
    scan.problems += [f"{path} names a document" for path in mentions.found()]
    scan.counts |= mentions.counts
    _look_for_passages(scan)
    return {
        "holds": not scan.problems,
        "problems": scan.problems[:_SHOWN],
        "num_problems": len(scan.problems),
        "scanned": dict(sorted(scan.counts.items())),
        "ids": len(ids),
        "grams": grams.num_grams,
        "share_of_grams": grams.share,
    }


def _look_for_ids(scan: Scan) -> None:
    """In the columns of strings of every Parquet file: as a whole value."""
    for stage in scan.stages.values():
        for relative, path in scan.paths(stage, ".parquet"):
            with opened_parquet(path) as parquet:
                names = [f.name for f in parquet.schema_arrow if pa.types.is_string(f.type) and f.name != "text"]
            table = read_columns(path, names)
            for name in names:
                if number := int(scan.ids.among(table[name]).sum()):
                    scan.problems.append(f"{relative}: {number} of the ids in the column {name!r}")
            scan.count("parquet_files")


def _look_for_passages(scan: Scan) -> None:
    """In decoded shards and token files, in samples, and in the report."""
    documents = document_stages(scan.stages)
    last = _in_documents(scan, documents[-1:])
    everywhere = union(last, _in_documents(scan, documents[:1])) if len(documents) > 1 else last
    pieces = {**_shard_passages(scan), **_token_passages(scan)}
    _judge(scan, pieces, (last,), [])
    _judge(scan, {**_sample_passages(scan), **_report_passages(scan)}, (everywhere,), documents[1:-1])


def _judge(scan: Scan, found: Mapping[str, Found], held: tuple[Found, ...], more: list[StageFiles]) -> None:
    """Tells of passages that no document holds which stays. The stages ``more`` are read only if something is left."""
    left = {relative: rest for relative, own in found.items() if (rest := without(own, held))}
    if left and more:
        other = _in_documents(scan, more)
        left = {relative: rest for relative, own in left.items() if (rest := without(own, (other,)))}
    for relative, rest in left.items():
        number = sum(map(len, rest.values()))
        scan.problems.append(f"{relative} holds {number} passages of the documents that no other document holds")


def _in_documents(scan: Scan, stages: list[StageFiles]) -> Found:
    """The passages that documents hold which stay."""
    found: Found = {}
    for stage in stages:
        for relative, path in scan.paths(stage, ".parquet"):
            # The partitions themselves, not ledgers or what else a stage tells of them.
            if relative.count("/") == 1:
                found = union(found, _in_texts(scan, path))
        scan.count("partitions_of_documents", sum(1 for _ in stage.entries))
    return found


def _in_texts(scan: Scan, path: str) -> Found:
    found: Found = {}
    with opened_parquet(path) as parquet:
        for group in range(parquet.num_row_groups):
            for words in _in_batches(parquet.read_row_group(group, columns=["text"])["text"].to_pylist()):
                found = union(found, scan.grams.found_in(words))
    return found


def _in_batches(texts: Iterable[str]) -> Iterator[Words]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= _BATCH_CHARACTERS:
            yield split(batch)
            batch, size = [], 0
    if batch:
        yield split(batch)


def _sample_passages(scan: Scan) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for name in ("knowledge-sample", "tokenizer-sample"):
        if stage := scan.stages.get(name):
            for relative, path in scan.paths(stage, ".parquet"):
                # The tokenizer's sample has words without their order: no passage.
                if "text" in columns_of(path):
                    found[relative] = _in_texts(scan, path)
                scan.count("sample_files")
    return found


def _report_passages(scan: Scan) -> dict[str, Found]:
    path = files.join(scan.run, "report.html")
    if not files.exists(path):
        return {}
    scan.count("reports")
    return {"report.html": scan.grams.found_in(split([Mentions.html_text(files.read_bytes(path).decode("utf-8", "replace"))]))}


def _decoder(scan: Scan) -> TokenBytes:
    return TokenBytes(files.read_bytes(files.join(scan.run, "tokenizer", "tokenizer.json")))


def _token_passages(scan: Scan) -> dict[str, Found]:
    stage = scan.stages.get("tokens")
    found: dict[str, Found] = {}
    if stage is None or not stage.parts:
        return found
    decoder = _decoder(scan)
    for relative, path in scan.paths(stage, ".tokens"):
        lengths = _stored(path.removesuffix(".tokens") + ".parquet")
        # A document begins each row; what stands behind it are stretches of its text that were encoded again.
        again = np.zeros(lengths.shape, dtype=np.bool_)
        again[:, 1:] = True
        there = lengths > 0
        bounds = np.concatenate(([0], np.cumsum(lengths[there])))
        found[relative] = _in_tokens(scan, decoder, relative, bounds, cut=again[there])
        scan.count("token_files")
    return found


def _stored(path: str) -> Any:
    """By document, how many ids a token file has of it: its own, and the four parts of its patch."""
    table = read_columns(path, ["num_tokens", "fim_parts"])
    lengths = np.zeros((table.num_rows, 5), dtype=np.int64)
    lengths[:, 0] = table["num_tokens"].to_numpy()
    for row, parts in enumerate(table["fim_parts"].to_pylist()):
        lengths[row, 1:] = parts[4:] if parts else 0
    return lengths


def _shard_passages(scan: Scan) -> dict[str, Found]:
    """In shards piece by piece, as the lineage cuts them; what lies between pieces has to be padding."""
    found: dict[str, Found] = {}
    stage = scan.stages.get("shards")
    if stage is None or not files.exists(files.join(scan.run, "shards", "shards.json")):
        return found
    shards, decoder = open_shards(scan.run), _decoder(scan)
    for relative, _ in scan.paths(stage, LINEAGE_SUFFIX):
        name = relative.removeprefix("shards/").removesuffix(LINEAGE_SUFFIX)
        pieces = Pieces.of(shards.lineage(name), capacity=sequence_length(name))
        num_tokens = (files.size(shards.path(name, ".bin")) or 0) // shards.dtype.itemsize
        bounds = np.unique(np.concatenate(([0, num_tokens], pieces.begins, pieces.ends)))
        owner = pieces.owner(bounds[:-1])
        plain = (owner >= 0) & (pieces.form[owner] == PLAIN) if len(pieces) else np.zeros(len(owner), dtype=np.bool_)
        cut = plain & (pieces.document_start[owner] > 0) if len(pieces) else plain
        binary = f"shards/{name}.bin"
        in_plain = _in_tokens(scan, decoder, binary, bounds, cut=cut, skipped=~plain, empty=owner < 0, pad=shards.pad)
        found[binary] = union(in_plain, _in_fim(scan, shards, name, pieces, decoder))
        scan.count("shards")
    return found


def _in_fim(scan: Scan, shards: ShardSet, name: str, pieces: Pieces, decoder: TokenBytes) -> Found:
    """The passages in the uses of a shard whose text stands in another order."""
    found: Found = {}
    with shards.tokens(name) as tokens:

        def texts() -> Iterator[str]:
            for use in np.flatnonzero(pieces.use_form != PLAIN).tolist():
                rows = pieces.by_use[pieces.first_of_use[use] : pieces.first_of_use[use + 1]]
                ids = np.concatenate([tokens.read(int(pieces.begins[r]), int(pieces.length[r])) for r in rows.tolist()])
                form, end = int(pieces.use_form[use]), shards.end_of_text
                try:
                    parts = original(ids, form=form, special=shards.sentinels, end_of_text_id=end)
                except FormError as error:
                    scan.problems.append(f"shards/{name}.bin, {pieces.named(int(rows[0]))}: {error}")
                    parts = [ids]
                yield from decoder.texts(np.concatenate(parts), np.array([0, sum(map(len, parts))]))

        for words in _in_batches(texts()):
            found = union(found, scan.grams.found_in(words))
    return found


def _in_tokens(
    scan: Scan,
    decoder: TokenBytes,
    relative: str,
    bounds: Any,
    *,
    cut: Any,
    skipped: Any = None,
    empty: Any = None,
    pad: int = -1,
) -> Found:
    """The passages in a file of tokens, whose pieces lie between ``bounds``.

    ``cut``: which begin within a document, ``skipped``: which are looked through elsewhere, ``empty``: which are nobody's.
    """
    found: Found = {}
    for part, ids in _stretches(files.join(scan.run, relative), decoder, bounds):
        edges = bounds[part.start : part.stop + 1] - bounds[part.start]
        if empty is not None and (np.repeat(empty[part], np.diff(edges)) & (ids != pad)).any():
            scan.problems.append(f"{relative} holds tokens that are no document's by its lineage, and no padding")
        texts = decoder.texts(ids, edges)
        if skipped is not None:
            texts = ["" if skip else text for text, skip in zip(texts, skipped[part].tolist(), strict=True)]
        # A piece that ends its document ends in end-of-text; any other may end within a word.
        whole = decoder.special[ids[edges[1:] - 1]]
        words = split(texts, cut_before=cut[part].tolist(), cut_after=(~whole).tolist())
        found = union(found, scan.grams.found_in(words))
        scan.count("tokens", len(ids))
    return found


def _stretches(path: str, decoder: TokenBytes, bounds: Any) -> Iterator[tuple[slice, Any]]:
    """The ids of a file, some pieces at a time, with the numbers of those."""
    dtype = np.dtype(np.uint16 if decoder.vocab_size < 65_500 else np.int32).newbyteorder("<")
    with opened(path) as raw:
        piece = 0
        while piece < len(bounds) - 1:
            last = max(int(np.searchsorted(bounds, bounds[piece] + _BATCH_TOKENS, side="right")) - 1, piece + 1)
            num_tokens = int(bounds[last] - bounds[piece])
            ids = np.frombuffer(raw.read(num_tokens * dtype.itemsize), dtype=dtype)
            if len(ids) != num_tokens or (len(ids) and int(ids.max()) >= decoder.vocab_size):
                raise ValueError(f"{path} is damaged: its tokens are not those of the run's tokenizer")
            yield slice(piece, last), ids
            piece = last
