"""Trains the byte-level BPE tokenizer on counted words.

Words with their counts enter (:mod:`tokenizer.split`), their morphemes by Kiwi (:mod:`tokenizer.morphemes`), merges are learned
at a price for tokens that cut morphemes (:mod:`tokenizer.merging`), and a ``tokenizer.json`` leaves that knows nothing of all
that: encoding needs no analyser. There is no normaliser: every UTF-8 string round-trips exactly.

The file depends on the words and counts alone, not on the order of the texts, the threads or the process.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from tokenizer.assembling import assemble
from tokenizer.merging import NUM_BYTES, Merger, Penalty
from tokenizer.morphemes import MorphemeCutter
from tokenizer.pruning import pruned
from tokenizer.retraining import OldTokenizer, assigned_ids
from tokenizer.special_tokens import SPECIAL_TOKENS
from tokenizer.split import WordCounts

_MIN_VOCAB_SIZE = len(SPECIAL_TOKENS) + NUM_BYTES
#: Distinct bytes of words that are trained on; rarer words are left out where there are more (27 bytes of memory for each).
_MAX_WORD_BYTES = 60_000_000
#: Weights are whole numbers, so that sums are exact: this is 1.0.
_ONE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How a tokenizer is trained.

    ``vocab_size`` counts the special tokens and the 256 bytes. ``misalignment`` is what a token that cuts morphemes costs,
    in tokens (0: plain BPE). ``korean_weight`` is what an occurrence of a Korean word counts, others counting 1: a share of
    the vocabulary. Pairs that count less than ``min_pair_count`` are not merged.

    Raises:
        ValueError: the vocabulary has no room for the bytes.
    """

    vocab_size: int
    misalignment: float = 3.0
    korean_weight: float = 2.0
    min_pair_count: int = 2
    max_token_bytes: int = 64

    def __post_init__(self) -> None:
        if self.vocab_size < _MIN_VOCAB_SIZE:
            raise ValueError(
                f"vocab_size is {self.vocab_size}, but {len(SPECIAL_TOKENS)} special tokens and {NUM_BYTES} bytes need "
                f"{_MIN_VOCAB_SIZE}: ask for more"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedTokenizer:
    """A trained tokenizer, and whether the corpus had enough in it.

    ``vocab_size`` counts special tokens too; it is smaller than ``requested_vocab_size`` where the corpus ran out of pairs
    that occur often enough.
    """

    tokenizer: Tokenizer
    vocab_size: int
    requested_vocab_size: int

    @property
    def is_complete(self) -> bool:
        """Whether the vocabulary reached the size that was asked for."""
        return self.vocab_size == self.requested_vocab_size


def count_words(texts: Iterable[str]) -> WordCounts:
    """The words of all texts."""
    counts = WordCounts()
    for text in texts:
        counts.add(text)
    return counts


def train(
    counts: WordCounts, training: Training, *, old: OldTokenizer | None = None, told: Callable[[int], None] | None = None
) -> TrainedTokenizer:
    """Trains on counted words; ``told`` is given the number of entries now and then.

    With ``old``, an entry that the old tokenizer has too keeps its id.

    Raises:
        ValueError: more than 2^31 bytes of words.
    """
    merger = _merger(counts, training)
    num_tokens = training.vocab_size - len(SPECIAL_TOKENS)
    vocabulary = pruned(merger, num_tokens, min_weight=training.min_pair_count * _ONE, told=told)
    tokenizer = assemble(vocabulary, ids=assigned_ids(vocabulary.tokens, old) if old else None)
    return TrainedTokenizer(
        tokenizer=tokenizer, vocab_size=tokenizer.get_vocab_size(), requested_vocab_size=training.vocab_size
    )


def _merger(counts: WordCounts, training: Training) -> Merger:
    rows = _frequent(counts.rows())
    korean = [(word, context) for word, context, _ in rows if _is_korean(word)]
    cuts = iter(MorphemeCutter().cuts(korean)) if korean else iter(())
    words: list[bytes] = []
    weights: list[int] = []
    offsets: list[tuple[int, ...]] = []
    for word, _, count in rows:
        is_korean = _is_korean(word)
        words.append(word.encode("utf-8", "replace"))
        weights.append(count * round(_ONE * training.korean_weight) if is_korean else count * _ONE)
        offsets.append(tuple(len(word[:cut].encode("utf-8", "replace")) for cut in next(cuts)) if is_korean else ())
    penalty = Penalty(round(100 * training.misalignment), 100)
    return Merger(words, np.array(weights, dtype=np.int64), offsets, penalty, training.max_token_bytes)


def _is_korean(word: str) -> bool:
    """Whether it holds a Hangul syllable: by the split, such a word has no letters of other scripts."""
    return "가" <= word[-1] <= "힣" or any("가" <= letter <= "힣" for letter in word)


def _frequent(rows: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The words, without the rarest where they are too many: a word seen once teaches little among millions."""
    sizes = np.array([len(word.encode("utf-8", "replace")) for word, _, _ in rows], dtype=np.int64)
    counts = np.array([count for _, _, count in rows], dtype=np.int64)
    least = 1
    while int(sizes[counts >= least].sum()) > _MAX_WORD_BYTES:
        least += 1
    return rows if least == 1 else [row for row in rows if row[2] >= least]
