"""Gopher's repetition rules (Rae et al. 2021, arXiv:2112.11446, table A1).

Enters: a view. Leaves: a failure for each rule whose share of repeated lines, paragraphs or runs of words is too high.
The rules and their order are those of datatrove 0.10.1 (``GopherRepetitionFilter``), whose names the fields bear. Two
runs of words are the same if their words are; datatrove compares the words joined without spaces, so that
"할 수있다" repeats "할수 있다" there and not here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from filters.document import Failure
from filters.limits import check_n_grams, check_share
from filters.ngrams import (
    RepeatedRuns,
    most_repeated_chars,
    most_top_chars,
    repeated_chars,
    repeated_runs,
    top_run_chars,
)
from filters.view import FEW_WORDS, View

_SHARES = ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")


#: Up to here tuples of words are counted; beyond, NumPy is faster.
_VERY_FEW_WORDS = 48


def repeats(parts: list[str]) -> tuple[int, int]:
    """How many of ``parts`` were there before, and how many characters those have."""
    distinct = dict.fromkeys(parts)
    num_repeats = len(parts) - len(distinct)
    return num_repeats, sum(map(len, parts)) - sum(map(len, distinct)) if num_repeats else 0


def _line_runs(text: str) -> list[str]:
    """``text`` cut at every run of line feeds; an empty part at an end that is one."""
    if not text.strip("\n"):
        return ["", ""] if text else [""]
    lines = list(filter(None, text.split("\n")))
    return [""] * text.startswith("\n") + lines + [""] * text.endswith("\n")


def _may_repeat(words: list[str], n: int) -> bool:
    """Whether a run of ``n`` words or more may be repeated: for short texts surely, for long ones taken for granted."""
    if n == 1 or len(words) > FEW_WORDS:
        return True
    return len(set(pairwise(words))) < len(words) - 1


def _repeated_chars_of_few(runs: list[tuple[str, ...]], n: int) -> int:
    """What :func:`repeated_chars` counts, of all runs of ``n`` words in a row."""
    seen: set[tuple[str, ...]] = set()
    chars = place = 0
    while place < len(runs):
        run = runs[place]
        if run in seen:
            chars += sum(map(len, run))
            place += n
        else:
            seen.add(run)
            place += 1
    return chars


@dataclass(frozen=True, kw_only=True)
class GopherRepetition:
    """Shares above which a document is dropped; None or 0 turns one of the first four off, an empty list the others.

    ``top_n_grams`` and ``dup_n_grams`` are pairs of a length in words and a share of the text's characters.
    """

    dup_line_frac: float | None = 0.3
    dup_para_frac: float | None = 0.3
    dup_line_char_frac: float | None = 0.2
    dup_para_char_frac: float | None = 0.2
    top_n_grams: tuple[tuple[int, float], ...] = ((2, 0.2), (3, 0.18), (4, 0.16))
    dup_n_grams: tuple[tuple[int, float], ...] = ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.10))

    def __post_init__(self) -> None:
        for name in _SHARES:
            check_share("gopher_repetition", name, getattr(self, name))
        check_n_grams("gopher_repetition", "top_n_grams", self.top_n_grams)
        check_n_grams("gopher_repetition", "dup_n_grams", self.dup_n_grams)

    def judge(self, view: View) -> list[Failure]:
        """Every rule that ``view`` fails; an empty text fails ``gopher_empty_text`` alone."""
        if not view.text:
            return [Failure("gopher_empty_text", 0.0, 1.0)]
        return [*self._judge_parts(view), *self._judge_runs(view)]

    def _judge_parts(self, view: View) -> Iterator[Failure]:
        num_chars = len(view.text)
        for kind, parts in (("para", view.paragraphs), ("line", _line_runs(view.text))):
            num_repeats, repeated = repeats(parts)
            shares = {f"dup_{kind}_frac": num_repeats / len(parts), f"dup_{kind}_char_frac": repeated / num_chars}
            for name, share in shares.items():
                limit: float | None = getattr(self, name)
                if limit and share > limit:
                    yield Failure(f"gopher_{name}", share, limit)

    def _judge_runs(self, view: View) -> Iterator[Failure]:
        num_chars = len(view.text)
        top, repeated = self._count_runs(view)
        for n, limit in self.top_n_grams:
            share = top.get(n, 0) / num_chars
            if share > limit:
                yield Failure(f"gopher_top_{n}_gram", share, limit)
        for n, limit in self.dup_n_grams:
            share = repeated.get(n, 0) / num_chars
            if share > limit:
                yield Failure(f"gopher_duplicated_{n}_grams", share, limit)

    def _count_runs(self, view: View) -> tuple[dict[int, int], dict[int, int]]:
        """Characters of the top run, and of all repeated runs, by their length in words; left out where surely low enough."""
        # Where no run is repeated every run is on top, once, and the first is taken.
        top = {n: sum(map(len, view.words[:n])) + n - 1 for n, _ in self.top_n_grams if len(view.words) >= n}
        first, repeated = dict(top), dict[int, int]()
        lengths = [n for n, _ in (*self.top_n_grams, *self.dup_n_grams)]
        if not lengths or not _may_repeat(view.words, min(lengths)):
            return top, repeated
        if len(view.words) <= _VERY_FEW_WORDS:
            return self._count_few(view.words, top)
        dup_limits = dict(self.dup_n_grams)
        for runs in repeated_runs(view.word_ids, max_n=max(lengths)):
            if runs.n in top:
                top[runs.n] = top_run_chars(runs, view.word_offsets)
            if runs.n in dup_limits:
                most = most_repeated_chars(runs, view.word_offsets, n=runs.n)
                if most > dup_limits[runs.n] * len(view.text):
                    repeated[runs.n] = repeated_chars(runs, view.word_offsets)
            if runs.n > 1 and self._longer_runs_pass(runs, view, first):
                # Their exact counts are of no use, and most documents end here after runs of two words.
                break
        return top, repeated

    def _count_few(self, words: list[str], top: dict[int, int]) -> tuple[dict[int, int], dict[int, int]]:
        """The same for a text of a line or two, where NumPy's fixed cost is most of the work."""
        repeated = dict[int, int]()
        for n in sorted({n for n, _ in (*self.top_n_grams, *self.dup_n_grams)}):
            runs = list(zip(*(words[start:] for start in range(n)), strict=False))
            counts = Counter(runs)
            if len(counts) == len(runs):
                break  # what is not repeated is not repeated with more words either
            if n in top:
                most = max(counts.values())
                first = next(run for run in runs if counts[run] == most)
                top[n] = (sum(map(len, first)) + n - 1) * most
            repeated[n] = _repeated_chars_of_few(runs, n)
        return top, repeated

    def _longer_runs_pass(self, runs: RepeatedRuns, view: View, first: Mapping[int, int]) -> bool:
        """Whether upper bounds already show that no rule about runs longer than ``runs`` can fail."""
        offsets, num_chars = view.word_offsets, len(view.text)
        longer = [(n, limit) for n, limit in self.dup_n_grams if n > runs.n]
        if longer:
            n, limit = min(n for n, _ in longer), min(limit for _, limit in longer)
            if most_repeated_chars(runs, offsets, n=n) > limit * num_chars:
                return False
        return all(
            max(first.get(n, 0), most_top_chars(runs, offsets, n=n)) <= limit * num_chars
            for n, limit in self.top_n_grams
            if n > runs.n
        )
