"""FineWeb's quality rules (Penedo et al. 2024, arXiv:2406.17557, section 3.6).

Enters: a view. Leaves: a failure for each rule of line ends, short lines, repeated lines and line feeds that the document
does not pass. Rules, order and field names are those of datatrove 0.10.1 (``FineWebQualityFilter``), and so is what 0
means: a limit of nothing at all. One default differs: a sentence may close a quotation or a bracket behind its
terminal (그는 "간다."), which is how much of Korean prose ends its lines. ``stop_chars`` sets the endings.
"""

from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import numpy as np

from filters.batch import Batch, Finding, above, below, shares
from filters.limits import check_at_least, check_share
from filters.punctuation import CLOSED_TERMINALS, SENTENCE_TERMINALS
from filters.view import BoolArray

_LAST = itemgetter(-1)


@dataclass(frozen=True, kw_only=True)
class FinewebQuality:
    """``line_punct_thr`` is the least share of lines that end in one of ``stop_chars``; the others are the most allowed.

    ``short_line_length`` is in code points. ``line_punct_exclude_zero`` passes texts that have no such line at all.
    ``new_line_ratio`` is line feeds per word.
    """

    line_punct_thr: float = 0.12
    line_punct_exclude_zero: bool = False
    stop_chars: tuple[str, ...] | None = None
    short_line_thr: float = 0.67
    short_line_length: int = 30
    char_duplicates_ratio: float = 0.01
    new_line_ratio: float = 0.3

    def __post_init__(self) -> None:
        for name in ("line_punct_thr", "short_line_thr", "char_duplicates_ratio"):
            check_share("fineweb_quality", name, getattr(self, name))
        for name in ("short_line_length", "new_line_ratio"):
            check_at_least("fineweb_quality", name, getattr(self, name))
        if self.stop_chars is not None and "" in self.stop_chars:
            raise ValueError('fineweb_quality: stop_chars has "", with which every line ends; take it out')

    @cached_property
    def _endings(self) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
        """Endings of one character, longer ones, and the last characters of those."""
        endings = (*SENTENCE_TERMINALS, *CLOSED_TERMINALS) if self.stop_chars is None else self.stop_chars
        longer = tuple(ending for ending in endings if len(ending) > 1)
        return frozenset(e for e in endings if len(e) == 1), longer, frozenset(map(_LAST, longer))

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """Every rule that a document fails; a text without content fails ``fineweb_empty_text`` alone."""
        lines = batch.content_lines
        empty = lines.counts == 0
        found = below("fineweb_empty_text", lines.counts, 1.0)
        num_ended = lines.sums(self._ended(lines.items))
        asked = ~empty & (num_ended > 0) if self.line_punct_exclude_zero else ~empty
        found += below("fineweb_line_punct", shares(num_ended, lines.counts), self.line_punct_thr, among=asked)
        short = shares(lines.sums(lines.lengths <= self.short_line_length), lines.counts)
        found += above("fineweb_short_lines", short, self.short_line_thr, among=~empty)
        num_breaks = batch.count("\n")
        repeated = shares(lines.repeated[1], batch.num_chars - num_breaks)
        found += above("fineweb_char_duplicates", repeated, self.char_duplicates_ratio, among=~empty)
        found += above("fineweb_new_lines", shares(num_breaks, batch.words.counts), self.new_line_ratio, among=~empty)
        return found

    def _ended(self, lines: list[str]) -> BoolArray:
        """Which lines end as a sentence does."""
        single, longer, longer_last = self._endings
        # A set and one character a line, not 172 endings a line.
        last = [*map(_LAST, lines)]
        ended = np.fromiter(map(single.__contains__, last), dtype=np.bool_, count=len(lines))
        if longer:
            may_end = np.fromiter(map(longer_last.__contains__, last), dtype=np.bool_, count=len(lines))
            for place in np.flatnonzero(may_end & ~ended).tolist():
                ended[place] = lines[place].endswith(longer)
        return ended
