"""FineWeb's quality rules (Penedo et al. 2024, arXiv:2406.17557, section 3.6).

Enters: a view. Leaves: a failure for each rule of line ends, short lines, repeated lines and line feeds that the document
does not pass. Rules, order and field names are those of datatrove 0.10.1 (``FineWebQualityFilter``), and so is what 0
means: a limit of nothing at all. One default differs: a sentence may close a quotation or a bracket behind its
terminal (그는 "간다."), which is how much of Korean prose ends its lines. ``stop_chars`` sets the endings.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.punctuation import CLOSED_TERMINALS, SENTENCE_TERMINALS
from filters.rules.gopher_repetition import repeats
from filters.view import View

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

    def judge(self, view: View) -> list[Failure]:
        """Every rule that ``view`` fails; a text without content fails ``fineweb_empty_text`` alone."""
        if not view.content_lines:
            return [Failure("fineweb_empty_text", 0.0, 1.0)]
        return [*self._judge_line_ends(view.content_lines), *self._judge_shares(view)]

    def _judge_line_ends(self, lines: list[str]) -> Iterator[Failure]:
        single, longer, longer_last = self._endings
        # A set and one character a line, not 172 endings a line.
        num_ended = sum(map(single.__contains__, map(_LAST, lines)))
        if longer:
            num_ended += sum(line[-1] in longer_last and line[-1] not in single and line.endswith(longer) for line in lines)
        share = num_ended / len(lines)
        if share < self.line_punct_thr and not (num_ended == 0 and self.line_punct_exclude_zero):
            yield Failure("fineweb_line_punct", share, self.line_punct_thr)

    def _judge_shares(self, view: View) -> Iterator[Failure]:
        lines = view.content_lines
        short = sum(map(self.short_line_length.__ge__, map(len, lines))) / len(lines)
        if short > self.short_line_thr:
            yield Failure("fineweb_short_lines", short, self.short_line_thr)
        num_breaks = view.text.count("\n")
        repeated = repeats(lines)[1] / (len(view.text) - num_breaks)
        if repeated > self.char_duplicates_ratio:
            yield Failure("fineweb_char_duplicates", repeated, self.char_duplicates_ratio)
        breaks = num_breaks / max(len(view.words), 1)
        if breaks > self.new_line_ratio:
            yield Failure("fineweb_new_lines", breaks, self.new_line_ratio)
