"""Figures by which tokenizers are compared on the same text.

Tokenizers (:class:`~tokenizer.reading.comparable.Comparable`), documents and aligned segments enter; figures leave. All see
the same documents in the same pieces, one after the other, so that memory does not grow with the text.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tokenizer.alignment import Alignment, Morphemes, morpheme_begins
from tokenizer.encode import pieces
from tokenizer.reading.comparable import Comparable

_BATCH_CHARACTERS = 1 << 20
#: Text that is timed: it is encoded several times over.
_TIMED_BYTES = 4_000_000
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class TextSize:
    """How much text was compared; words are what blanks separate."""

    documents: int = 0
    words: int = 0
    characters: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Premium:
    """Tokens of aligned segments in a language and in the one it is compared with."""

    tokens: int
    other_tokens: int

    @property
    def ratio(self) -> float:
        return self.tokens / max(1, self.other_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one tokenizer makes of the text.

    ``byte_tokens`` are tokens that are one byte of a longer character. Of the ``texts`` (documents; very long ones in
    pieces) ``same_texts`` decode to exactly what they were. ``bytes_per_s`` is bytes of text per second of CPU time.
    """

    name: str
    num_entries: int
    tokens: int = 0
    byte_tokens: int = 0
    texts: int = 0
    same_texts: int = 0
    alignment: Alignment = field(default_factory=Alignment)
    premium: Premium | None = None
    bytes_per_s: float | None = None


def size_of(texts: Sequence[str]) -> TextSize:
    """The size of documents."""
    return TextSize(
        len(texts),
        sum(len(text.split()) for text in texts),
        sum(map(len, texts)),
        sum(len(text.encode("utf-8", "replace")) for text in texts),
    )


def encodable(text: str) -> str:
    """The text with ``?`` for lone surrogates, which no tokenizer can be given."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def compare(
    tokenizers: Mapping[str, Comparable],
    texts: Sequence[str],
    *,
    parallel: Sequence[tuple[str, str]] = (),
    alignment: bool = True,
    speed: bool = True,
    told: Callable[[int], object] = lambda _: None,
) -> list[Figures]:
    """Figures of each tokenizer, in order; ``told`` is given the number of characters that are done with.

    ``parallel`` are segments that mean the same in two languages.
    """
    parts = [part for text in texts for part in pieces(encodable(text))]
    rows = {name: Figures(name=name, num_entries=tokenizer.num_entries) for name, tokenizer in tokenizers.items()}
    byte_entries = {name: tokenizer.byte_entries for name, tokenizer in tokenizers.items()}
    for batch in _batches(parts):
        morphemes = [Morphemes(*pair) for pair in zip(batch, morpheme_begins(batch), strict=True)] if alignment else []
        for name, tokenizer in tokenizers.items():
            rows[name] = _with_batch(rows[name], tokenizer, batch, morphemes, byte_entries[name])
        told(sum(map(len, batch)))
    rates = encoding_speeds(tokenizers, parts) if speed and parts else {}
    return [
        replace(row, bytes_per_s=rates.get(name), premium=_premium(tokenizers[name], parallel) if parallel else None)
        for name, row in rows.items()
    ]


def encoding_speeds(tokenizers: Mapping[str, Comparable], texts: Sequence[str]) -> dict[str, float]:
    """Bytes of text per second of CPU time, each tokenizer's best of some rounds.

    The rounds take turns, so that a busy machine is busy for all of them. CPU time adds up over threads.
    """
    timed: list[str] = []
    size = 0
    for text in texts:
        if size < _TIMED_BYTES:
            timed.append(text)
            size += len(text.encode())
    best = dict.fromkeys(tokenizers, float("inf"))
    for _ in range(_ROUNDS):
        for name, tokenizer in tokenizers.items():
            start = time.process_time()
            tokenizer.count(timed)
            best[name] = min(best[name], time.process_time() - start)
    return {name: size / max(seconds, 1e-9) for name, seconds in best.items()}


def _with_batch(
    row: Figures,
    tokenizer: Comparable,
    batch: Sequence[str],
    morphemes: Sequence[Morphemes],
    byte_entries: NDArray[np.bool_],
) -> Figures:
    encoded = tokenizer.tokens(batch)
    kept = row.alignment
    for known, tokens in zip(morphemes, encoded, strict=bool(morphemes)):
        kept += known.alignment(tokens.begins, tokens.ends)
    decoded = (tokenizer.decode(tokens.ids.tolist()) for tokens in encoded)
    return replace(
        row,
        tokens=row.tokens + sum(len(tokens.ids) for tokens in encoded),
        byte_tokens=row.byte_tokens + sum(int(byte_entries[tokens.ids].sum()) for tokens in encoded),
        texts=row.texts + len(batch),
        same_texts=row.same_texts + sum(text == again for text, again in zip(batch, decoded, strict=True)),
        alignment=kept,
    )


def _premium(tokenizer: Comparable, parallel: Sequence[tuple[str, str]]) -> Premium:
    own, other = ([encodable(pair[side]) for pair in parallel] for side in (0, 1))
    return Premium(tokenizer.count(own), tokenizer.count(other))


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    """Some texts at a time, about a million characters."""
    batch: list[str] = []
    characters = 0
    for text in texts:
        batch.append(text)
        characters += len(text)
        if characters >= _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
