"""Gopher's repetition rules (Rae et al. 2021, arXiv:2112.11446, table A1).

Enters: a view. Leaves: a failure for each rule whose share of repeated lines, paragraphs or runs of words is too high.
The rules and their order are those of datatrove 0.10.1 (``GopherRepetitionFilter``), whose names the fields bear. Two
runs of words are the same if their words are; datatrove compares the words joined without spaces, so that
"할 수있다" repeats "할수 있다" there and not here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from filters.batch import Batch, Finding, above, below, shares
from filters.limits import check_at_least, check_n_grams, check_share
from filters.ngrams import (
    RepeatedRuns,
    most_repeated_chars,
    most_top_chars,
    no_runs,
    one_word_longer,
    repeated_chars,
    repeated_words,
    top_run_chars,
)
from filters.view import BoolArray, IntArray

_SHARES = ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")


@dataclass(frozen=True, kw_only=True)
class GopherRepetition:
    """Shares above which a document is dropped; None or 0 turns one of the first four off, an empty list the others.

    ``top_n_grams`` and ``dup_n_grams`` are pairs of a length in words and a share of the text's characters. A run on top
    counts from ``top_min_count`` times on: with 1, as in datatrove, the first words of every short text are "on top", once,
    and three sentences without any repetition fail.
    """

    dup_line_frac: float | None = 0.3
    dup_para_frac: float | None = 0.3
    dup_line_char_frac: float | None = 0.2
    dup_para_char_frac: float | None = 0.2
    top_n_grams: tuple[tuple[int, float], ...] = ((2, 0.2), (3, 0.18), (4, 0.16))
    top_min_count: int = 1
    dup_n_grams: tuple[tuple[int, float], ...] = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))

    def __post_init__(self) -> None:
        for name in _SHARES:
            check_share("gopher_repetition", name, getattr(self, name))
        check_n_grams("gopher_repetition", "top_n_grams", self.top_n_grams)
        check_n_grams("gopher_repetition", "dup_n_grams", self.dup_n_grams)
        check_at_least("gopher_repetition", "top_min_count", self.top_min_count, least=1)

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every rule that a document fails; an empty text fails ``gopher_empty_text`` alone."""
        found = below("gopher_empty_text", batch.num_chars, 1.0)
        return [*found, *self._judge_parts(batch, batch.num_chars > 0), *self._judge_runs(batch)]

    def _judge_parts(self, batch: Batch, has_text: BoolArray) -> Iterator[Finding]:
        for kind in ("para", "line"):
            limits: list[float | None] = [getattr(self, f"dup_{kind}_frac"), getattr(self, f"dup_{kind}_char_frac")]
            if not any(limits):
                continue
            parts = batch.paragraphs if kind == "para" else batch.line_runs
            num_repeats, repeated = parts.repeated
            measured = (shares(num_repeats, parts.counts), shares(repeated, batch.num_chars))
            for name, share, limit in zip(("frac", "char_frac"), measured, limits, strict=True):
                if limit:
                    yield from above(f"gopher_dup_{kind}_{name}", share, limit, among=has_text)

    def _judge_runs(self, batch: Batch) -> Iterator[Finding]:
        top, repeated = self._count_runs(batch)
        for n, limit in self.top_n_grams:
            yield from above(f"gopher_top_{n}_gram", shares(top[n], batch.num_chars), limit)
        for n, limit in self.dup_n_grams:
            if n in repeated:
                yield from above(f"gopher_duplicated_{n}_grams", shares(repeated[n], batch.num_chars), limit)

    def _count_runs(self, batch: Batch) -> tuple[dict[int, IntArray], dict[int, IntArray]]:
        """Characters of the top run, and of all repeated runs, by their length in words; 0 where surely low enough."""
        words, dup_limits = batch.words, dict(self.dup_n_grams)
        top = {n: top_run_chars(no_runs(n), words, min_count=self.top_min_count) for n, _ in self.top_n_grams}
        first, repeated = dict(top), dict[int, IntArray]()
        longest = max((n for n, _ in (*self.top_n_grams, *self.dup_n_grams)), default=0)
        runs = repeated_words(words) if longest else no_runs(1)
        while len(runs.starts) and runs.n <= longest:
            if runs.n in top:
                top[runs.n] = top_run_chars(runs, words, min_count=self.top_min_count)
            if runs.n in dup_limits:
                repeated[runs.n] = self._repeated(runs, batch, dup_limits[runs.n])
            if runs.n > 1:
                runs = runs.of_documents(self._may_fail_longer(runs, batch, first))
            runs = one_word_longer(runs)
        return top, repeated

    def _repeated(self, runs: RepeatedRuns, batch: Batch, limit: float) -> IntArray:
        chars = np.zeros(len(batch), dtype=np.int64)
        most = most_repeated_chars(runs, batch.words, n=runs.n)
        for row in np.flatnonzero(most > limit * batch.num_chars).tolist():
            chars[row] = repeated_chars(runs, batch.words, row)
        return chars

    def _may_fail_longer(self, runs: RepeatedRuns, batch: Batch, first: dict[int, IntArray]) -> BoolArray:
        """The documents of which upper bounds do not yet show that no rule about runs longer than ``runs`` can fail."""
        words, num_chars = batch.words, batch.num_chars
        may_fail = np.zeros(len(batch), dtype=np.bool_)
        longer = [(n, limit) for n, limit in self.dup_n_grams if n > runs.n]
        if longer:
            n, limit = min(n for n, _ in longer), min(limit for _, limit in longer)
            may_fail |= most_repeated_chars(runs, words, n=n) > limit * num_chars
        for n, limit in self.top_n_grams:
            if n > runs.n:
                may_fail |= np.maximum(first[n], most_top_chars(runs, words, n=n)) > limit * num_chars
        return may_fail
