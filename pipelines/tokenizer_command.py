"""``malmoi tokenizer train``: a tokenizer from files, outside a build.

What enters: JSONL, Parquet (a stage directory of a run, for example) and plain text. What leaves: ``tokenizer.json``.
"""

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from mixing.repeats import unit_hash
from tokenizer.assembling import save
from tokenizer.retraining import OldTokenizer, write_migration
from tokenizer.train import Training, count_words, train

from .input_files import Input, find_inputs
from .readers.record import ReaderSettings, Record, Rejected


def train_from_files(
    paths: Sequence[str],
    *,
    out: str,
    training: Training,
    start: str | None = None,
    text_column: str = "text",
    max_bytes: int | None = None,
) -> str:
    """Trains on the documents of ``paths`` and writes ``out/tokenizer.json``; what was done, in words.

    With ``max_bytes``, each document is taken with the probability that makes about so much of the files' size, by a hash
    of its place, so the same files give the same tokenizer. With ``start``, an old tokenizer.json, what stays keeps its id,
    and ``out/migration.json`` tells what a model with the old vocabulary needs.

    Raises:
        ValueError: no document in the files, or ``start`` is no tokenizer of this project's.
        OSError: a path that is not there.
    """
    old = OldTokenizer.load(start) if start else None
    inputs = [found for path in paths for found in find_inputs(path)]
    size = sum(found.piece.size for found in inputs)
    share = 1.0 if max_bytes is None else min(1.0, max_bytes / max(size, 1))
    documents = {"counted": 0, "rejected": 0}
    with tqdm(total=size, desc="counting words", unit="B", unit_scale=True, file=sys.stderr) as bar:
        words = count_words(_texts(inputs, share, text_column, documents, bar))
    if not documents["counted"]:
        raise ValueError(f"no document was found in {', '.join(paths)}; give files with a {text_column!r} column or text files")
    with tqdm(total=training.vocab_size, desc="learning merges", unit=" entries", file=sys.stderr) as bar:

        def told_so_far(num_entries: int) -> None:
            bar.update(num_entries - bar.n)

        trained = train(words, training, old=old, told=told_so_far)
    target = save(trained.tokenizer, directory=Path(out))
    told = f"{target}: {trained.vocab_size:,} entries from {documents['counted']:,} documents"
    if not trained.is_complete:
        told += f" (asked for {training.vocab_size:,}: there is not more to merge in so little text)"
    if old:
        path = target.with_name("migration.json")
        moved = write_migration(path, new=trained.tokenizer, old=old)
        told += f"; {moved['kept']:,} entries keep their ids, {len(moved['new']):,} are new: see {path}"
    return told + (f"; {documents['rejected']:,} records could not be read" if documents["rejected"] else "")


def _texts(
    inputs: Sequence[Input], share: float, text_column: str, documents: dict[str, int], bar: "tqdm[Any]"
) -> Iterator[str]:
    settings = ReaderSettings(text_column=text_column)
    for found in inputs:
        for item in found.records(settings):
            if isinstance(item, Rejected):
                documents["rejected"] += 1
            elif isinstance(item, Record) and unit_hash(f"{found.piece.path}#{item.ordinal}", seed=0) < int(share * (1 << 64)):
                documents["counted"] += 1
                yield unicodedata.normalize("NFC", item.text)
        bar.update(found.piece.size)
