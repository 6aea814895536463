"""Gopher's quality rules (Rae et al. 2021, arXiv:2112.11446, section A1.1).

Enters: a view. Leaves: a failure for each rule of length, symbols, bullets, ellipses, letters and stop words that the
document does not pass. Rules, order and field names are those of datatrove 0.10.1 (``GopherQualityFilter``); there a
text without words is an error, here it is too short.

Stop words for Korean: FineWeb2's list is of particles and endings, which its morpheme splitter cuts off. With a splitter
that leaves them on the word (``unicode``, ``whitespace``) set ``stop_words_match = "suffix"``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from filters.batch import Batch, Finding, above, below, shares
from filters.limits import check_at_least, check_order, check_share
from filters.parts import Parts
from filters.punctuation import PUNCTUATION
from filters.view import BoolArray, IntArray

_BULLETS = frozenset("•-")
_COUNTS = ("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length", "min_stop_words")
_SHARES = ("max_bullet_lines_ratio", "max_ellipsis_lines_ratio", "max_non_alpha_words_ratio")


def _kinds(words: Parts) -> tuple[BoolArray, BoolArray]:
    """Of each word: is it mere punctuation; has it no letter at all. Each distinct word is looked at once."""
    vocabulary = words.vocabulary
    symbols, without_letter = (np.zeros(len(vocabulary), dtype=np.bool_) for _ in range(2))
    for place in np.flatnonzero(~np.fromiter(map(str.isalpha, vocabulary), dtype=np.bool_, count=len(vocabulary))).tolist():
        word = vocabulary[place]
        # Most such words are letters with a full stop or a comma behind them.
        if not word[0].isalpha():
            symbols[place] = PUNCTUATION.issuperset(word)
            # No letter is punctuation: a word without one is a symbol or a number.
            without_letter[place] = symbols[place] or not any(map(str.isalpha, word))
    return symbols[words.ids], without_letter[words.ids]


@dataclass(frozen=True, kw_only=True)
class GopherQuality:
    """Limits outside which a document is dropped; None or 0 turns a rule off.

    ``max_non_alpha_words_ratio`` is, as in datatrove, the *least* share of words with a letter in them.
    """

    min_doc_words: int | None = 50
    max_doc_words: int | None = 100_000
    min_avg_word_length: float | None = 3
    max_avg_word_length: float | None = 10
    max_symbol_word_ratio: float | None = 0.1
    max_bullet_lines_ratio: float | None = 0.9
    max_ellipsis_lines_ratio: float | None = 0.3
    max_non_alpha_words_ratio: float | None = 0.8
    min_stop_words: int | None = 2
    stop_words: tuple[str, ...] = ("the", "be", "to", "of", "and", "that", "have", "with")
    stop_words_match: Literal["word", "suffix"] = "word"

    def __post_init__(self) -> None:
        for name in (*_COUNTS, "max_symbol_word_ratio"):
            check_at_least("gopher_quality", name, getattr(self, name))
        for name in _SHARES:
            check_share("gopher_quality", name, getattr(self, name))
        check_order("gopher_quality", ("min_doc_words", self.min_doc_words), ("max_doc_words", self.max_doc_words))
        check_order(
            "gopher_quality",
            ("min_avg_word_length", self.min_avg_word_length),
            ("max_avg_word_length", self.max_avg_word_length),
        )
        num_stop_words = len(set(self.stop_words) - {""})
        if self.min_stop_words and self.min_stop_words > num_stop_words:
            raise ValueError(
                f"gopher_quality: min_stop_words = {self.min_stop_words} but stop_words has {num_stop_words}, so that "
                "nothing could pass; give more stop words or set min_stop_words = 0"
            )
        if self.stop_words_match not in ("word", "suffix"):
            raise ValueError(f'gopher_quality: stop_words_match = {self.stop_words_match!r}; give "word" or "suffix"')

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every rule that a document fails; of a text without words only what counts words is judged."""
        words = batch.words
        symbols, without_letter = _kinds(words)
        has_words = words.counts > 0
        found = [
            *self._judge_words(words, symbols),
            *self._judge_symbols(batch, has_words),
            *self._judge_lines(batch, has_words),
        ]
        if self.max_non_alpha_words_ratio:
            share = shares(words.counts - words.sums(without_letter), words.counts)
            found += below("gopher_too_few_alpha_words", share, self.max_non_alpha_words_ratio, among=has_words)
        if self.min_stop_words:
            found += below("gopher_too_few_stop_words", self._count_stop_words(words), self.min_stop_words)
        return found

    def _judge_words(self, words: Parts, symbols: BoolArray) -> Iterator[Finding]:
        num_words = words.counts - words.sums(symbols)
        if self.min_doc_words:
            yield from below("gopher_too_few_words", num_words, self.min_doc_words)
        if self.max_doc_words:
            yield from above("gopher_too_many_words", num_words, self.max_doc_words)
        length = shares(words.sums(np.where(symbols, 0, words.lengths)), num_words)
        if self.min_avg_word_length:
            yield from below("gopher_words_too_short", length, self.min_avg_word_length, among=num_words > 0)
        if self.max_avg_word_length:
            yield from above("gopher_words_too_long", length, self.max_avg_word_length, among=num_words > 0)

    def _judge_symbols(self, batch: Batch, has_words: BoolArray) -> Iterator[Finding]:
        limit, num_words = self.max_symbol_word_ratio, batch.words.counts
        if limit:
            hashes = shares(batch.count("#"), num_words)
            yield from above("gopher_too_many_hashes", hashes, limit, among=has_words)
            ellipses = shares(batch.count("...") + batch.count("…"), num_words)
            yield from above("gopher_too_many_ellipses", ellipses, limit, among=has_words)

    def _judge_lines(self, batch: Batch, has_words: BoolArray) -> Iterator[Finding]:
        bullets, ellipses = np.zeros(len(batch)), np.zeros(len(batch))
        for row, view in enumerate(batch.views):
            # Only texts with such signs are cut into lines.
            if self.max_bullet_lines_ratio and ("-" in view.text or "•" in view.text):
                bullets[row] = sum(line.lstrip()[:1] in _BULLETS for line in view.lines) / len(view.lines)
            if self.max_ellipsis_lines_ratio and ("..." in view.text or "…" in view.text):
                ellipses[row] = sum(line.rstrip().endswith(("...", "…")) for line in view.lines) / len(view.lines)
        if self.max_bullet_lines_ratio:
            yield from above("gopher_too_many_bullet_lines", bullets, self.max_bullet_lines_ratio, among=has_words)
        if self.max_ellipsis_lines_ratio:
            yield from above("gopher_too_many_ellipsis_lines", ellipses, self.max_ellipsis_lines_ratio, among=has_words)

    def _count_stop_words(self, words: Parts) -> IntArray:
        """How many different stop words each document has, as far as it takes to have enough."""
        wanted = frozenset(self.stop_words) - {""}
        # word[-0:] is the whole word; a word shorter than the ending is compared whole as well.
        lengths = sorted({len(word) for word in wanted}) if self.stop_words_match == "suffix" else [0]
        enough, items, offsets = self.min_stop_words or 0, words.items, words.offsets.tolist()
        numbers: list[int] = []
        for start, end in pairwise(offsets):
            found: set[str] = set()
            for word in items[start:end]:
                found.update([word[-length:] for length in lengths if word[-length:] in wanted])
                if len(found) >= enough:
                    break
            numbers.append(len(found))
        return np.array(numbers, dtype=np.int64)
