"""``malmoi chat``: conversations and comparisons as shards for alignment, outside a build.

What enters: JSONL files or directories of them, plain, .gz or .zst, and a tokenizer.json of ours. What leaves in ``--out DIR``:
Parquet files of token ids (:mod:`pipelines.chat.conversations`, :mod:`pipelines.chat.comparisons`), ``ledger.parquet`` with a
row for every record that is lost or changed, and, last, ``index.json``: the tokenizer, the special ids, counts, a histogram of
lengths, and every file with its bytes and SHA-256. The same input gives the same bytes.
"""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from tqdm import tqdm

from filters.document import Failure
from tokenizer.chat import ChatEncoder
from tokenizer.encode import Encoder
from tokenizer.special_tokens import ASSISTANT, END_OF_TEXT, END_OF_TURN, PAD, SPECIAL_TOKEN_IDS, USER

from .chat import comparisons, conversations
from .chat.comparisons import Comparisons
from .chat.conversations import Conversations
from .chat.lines import Entry, read_entries
from .chat.output import INDEX_FILE, KINDS, LEDGER_FILE, Ledger, ShardWriter, begin
from .chat.seen_ids import SeenIds
from .engine import files
from .json_lines import counted
from .readers.opening import compression_suffix
from .readers.planning import NothingFoundError, find_pieces
from .readers.record import Piece

#: Of its records, how many may be unreadable.
MAX_UNREADABLE = 0.01
FILE_TOKENS = 32_000_000
_SCHEMAS = {"conversations": conversations.SCHEMA, "comparisons": comparisons.SCHEMA}
_BATCH_ROWS = 500
_BATCH_BYTES = 4 << 20
#: Text of a bucket of comparisons: its ids are in memory at a time.
_BUCKET_BYTES = 64 << 20
_GUESSED_COMPRESSION = 5
_TOLD_RULES = 8


def run_chat(
    inputs: Sequence[str],
    out: str,
    *,
    tokenizer: str,
    kind: str = "conversations",
    max_tokens: int = 4096,
    max_unreadable: float = MAX_UNREADABLE,
    file_tokens: int = FILE_TOKENS,
    id_column: str = "id",
    as_json: bool = False,
    results: IO[str] | None = None,
    messages: IO[str] | None = None,
) -> int:
    """Writes the shards; the exit code: 0, or 1 if no record is usable.

    Raises:
        ValueError, OSError: what is given cannot be used, or more than ``max_unreadable`` of the records cannot be read.
    """
    _refuse(kind, max_tokens=max_tokens, max_unreadable=max_unreadable, file_tokens=file_tokens)
    encoder = _load(tokenizer)
    chat_encoder = ChatEncoder(encoder)
    pieces = _pieces(inputs)
    begin(out)
    ledger = Ledger(out)
    writer = ShardWriter(out, kind, _SCHEMAS[kind], file_tokens=file_tokens)
    job = _job(kind, (chat_encoder, writer, ledger), max_tokens=max_tokens, directory=out, pieces=pieces)
    try:
        _work(job, ledger, pieces, id_column=id_column, told=sys.stderr if messages is None else messages)
        summary = job.finish()
        writer.close()
        written = {**writer.files, LEDGER_FILE: ledger.close()}
        _refuse_bad_input(ledger, out, max_unreadable=max_unreadable)
    except BaseException as error:
        _give_up(job, writer, ledger, out, error)
        raise
    about = {"kind": kind, "max_tokens": max_tokens, "totals": summary, "files": written}
    index = _index(job, ledger, encoder, about)
    files.write_json(files.join(out, INDEX_FILE), index)
    print(_told(index), file=sys.stderr if messages is None else messages)
    if as_json:
        print(json.dumps(index, ensure_ascii=False), file=sys.stdout if results is None else results)
    return 0 if ledger.counts["kept"] else 1


def _job(
    kind: str,
    tools: tuple[ChatEncoder, ShardWriter, Ledger],
    *,
    max_tokens: int,
    directory: str,
    pieces: Sequence[Piece],
) -> Conversations | Comparisons:
    if kind == "conversations":
        return Conversations(*tools, max_tokens=max_tokens)
    return Comparisons(*tools, max_tokens=max_tokens, directory=directory, num_buckets=_num_buckets(pieces))


def _index(job: Conversations | Comparisons, ledger: Ledger, encoder: Encoder, about: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "made_by": "malmoi chat",
        "version": 1,
        "tokenizer": {"sha256": encoder.fingerprint, "vocab_size": encoder.vocab_size},
        "special_tokens": {name: SPECIAL_TOKEN_IDS[name] for name in (END_OF_TEXT, USER, ASSISTANT, END_OF_TURN, PAD)},
        "forms": dict(sorted(job.forms.items())),
        "lengths": job.lengths.as_json(),
        "longest": job.lengths.longest,
        **ledger.as_json(),
        **about,
    }


def _pieces(inputs: Sequence[str]) -> list[Piece]:
    try:
        return find_pieces(list(inputs), format="jsonl", target_bytes=1 << 60)
    except NothingFoundError as error:
        raise ValueError(f"{error.pattern}: no such file, or a directory without .jsonl files: check the path") from None


def _refuse(kind: str, *, max_tokens: int, max_unreadable: float, file_tokens: int) -> None:
    if kind not in KINDS:
        raise ValueError(f"--kind {kind}: it is one of {', '.join(KINDS)}")
    if max_tokens < 4:
        raise ValueError(f"--max-tokens {max_tokens}: a question and an answer are more; give at least 4")
    if not 0 <= max_unreadable <= 1:
        raise ValueError(f"--max-unreadable {max_unreadable}: a share between 0 and 1, like 0.01")
    if file_tokens < 1:
        raise ValueError(f"--file-tokens {file_tokens}: give at least 1")


def _load(path: str) -> Encoder:
    """The tokenizer of a file, or of the directory that it is in."""
    place = os.path.join(path, "tokenizer.json") if os.path.isdir(path) else path
    try:
        return Encoder(place)
    except FileNotFoundError:
        raise ValueError(
            f"--tokenizer {path}: no such file; `malmoi tokenizer train` and a build write tokenizer.json"
        ) from None
    except ValueError as error:
        raise ValueError(f"--tokenizer {path} is no tokenizer.json ({error})") from None


def _num_buckets(pieces: Sequence[Piece]) -> int:
    """How many buckets keep each at about ``_BUCKET_BYTES``: a power of two."""
    sizes = (piece.size * (_GUESSED_COMPRESSION if compression_suffix(piece.path) else 1) for piece in pieces)
    return min(256, 1 << (sum(sizes) // _BUCKET_BYTES).bit_length())


def _work(job: Conversations | Comparisons, ledger: Ledger, pieces: Sequence[Piece], *, id_column: str, told: IO[str]) -> None:
    seen = SeenIds()
    entries = read_entries(pieces, id_column=id_column)
    with tqdm(desc="chat", unit=" records", file=told, disable=None) as bar:
        for batch in _batches(entries):
            for entry in batch:
                ledger.entered(entry.source)
            job.add(list(_first_of_each_id(batch, seen, ledger)))
            bar.update(len(batch))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    num_bytes = 0
    for entry in entries:
        batch.append(entry)
        num_bytes += entry.num_bytes
        if len(batch) >= _BATCH_ROWS or num_bytes >= _BATCH_BYTES:
            yield batch
            batch, num_bytes = [], 0
    if batch:
        yield batch


def _first_of_each_id(batch: Sequence[Entry], seen: SeenIds, ledger: Ledger) -> Iterator[Entry]:
    """The entries but those with an id that came before: ids tell in the ledger which record is meant."""
    named = [entry for entry in batch if entry.problem is None]
    # Sets of several files often number the records of each from 0.
    repeated = iter(seen.repeated([f"{entry.source}\0{entry.id}" for entry in named]))
    for entry in batch:
        if entry.problem is None and next(repeated):
            detail = "an earlier record of the file has this id: number the records, or name another --id-column"
            ledger.record(entry.row("dropped", [Failure("duplicate_id", None, None, detail)]))
        else:
            yield entry


def _refuse_bad_input(ledger: Ledger, out: str, *, max_unreadable: float) -> None:
    """Raises ValueError where too many records could not be read."""
    num_in, unreadable = ledger.counts["in"], ledger.counts["unreadable"]
    if unreadable <= max_unreadable * num_in:
        return
    rules = ", ".join(f"{rule} {count:,}" for rule, count in ledger.rules["unreadable"].most_common())
    raise ValueError(
        f"{unreadable:,} of {counted(num_in, 'record')} cannot be read ({unreadable / num_in:.1%}; the limit is "
        f"{max_unreadable:.1%}): {rules}. For example: {'; '.join(ledger.examples)}. "
        f"All are in {files.join(out, LEDGER_FILE)}. Mend the input, or raise --max-unreadable"
    )


def _give_up(job: Conversations | Comparisons, writer: ShardWriter, ledger: Ledger, out: str, error: BaseException) -> None:
    """Leaves nothing but the ledger, where that is whole: shards without an index would be taken for all there is."""
    with suppress(Exception):  # the first error is the one to tell
        writer.abandon(error)
        if isinstance(job, Comparisons):
            job.abandon(error)
        ledger.abandon(error)
        for name in writer.files:
            files.remove_tree(files.join(out, name))


def _told(index: Mapping[str, Any]) -> str:
    counts, totals = index["counts"], index["totals"]
    told = f"malmoi: {counted(counts['in'], 'record')}: {counts['kept']:,} kept, {counts['dropped']:,} dropped"
    told += f", {counts['unreadable']:,} unreadable" if counts["unreadable"] else ""
    told += f"; {counts['edited']:,} of the kept are shortened" if counts["edited"] else ""
    lines = [told, "malmoi: " + ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in totals.items())]
    for action in ("dropped", "unreadable", "edited"):
        rules = sorted(index["rules"][action].items(), key=lambda item: (-item[1], item[0]))
        if rules:
            lines.append(f"malmoi: {action}: " + ", ".join(f"{rule} {count:,}" for rule, count in rules[:_TOLD_RULES]))
    return "\n".join(lines)
