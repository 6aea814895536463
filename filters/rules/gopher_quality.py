"""Gopher's quality rules (Rae et al. 2021, arXiv:2112.11446, section A1.1).

Enters: a view. Leaves: a failure for each rule of length, symbols, bullets, ellipses, letters and stop words that the
document does not pass. Rules, order and field names are those of datatrove 0.10.1 (``GopherQualityFilter``); there a
text without words is an error, here it is too short.

Stop words for Korean: FineWeb2's list is of particles and endings, which its morpheme splitter cuts off. With a splitter
that leaves them on the word (``unicode``, ``whitespace``) set ``stop_words_match = "suffix"``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from filters.document import Failure
from filters.limits import check_at_least, check_order, check_share
from filters.punctuation import PUNCTUATION
from filters.view import View

_BULLETS = frozenset("•-")
_COUNTS = ("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length", "min_stop_words")
_SHARES = ("max_bullet_lines_ratio", "max_ellipsis_lines_ratio", "max_non_alpha_words_ratio")


@dataclass(frozen=True, slots=True)
class _WordKinds:
    """Of a document's words: how many are not mere punctuation and their characters, and how many have a letter."""

    num_words: int
    num_chars: int
    num_alphabetic: int


def _count_kinds(view: View) -> _WordKinds:
    """Count the words of each kind, looking at each distinct word once, and closely only at those not of letters only."""
    mixed = [(word, count) for word, count in view.word_counts.items() if not word.isalpha()]
    symbols = [(len(word), count) for word, count in mixed if PUNCTUATION.issuperset(word)]
    num_symbols = sum([count for _, count in symbols])
    # No letter is punctuation: a word without one is a symbol or a number.
    num_without_letter = sum([count for word, count in mixed if not any(map(str.isalpha, word))])
    return _WordKinds(
        num_words=len(view.words) - num_symbols,
        num_chars=sum(map(len, view.words)) - sum([length * count for length, count in symbols]),
        num_alphabetic=len(view.words) - num_without_letter,
    )


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

    def judge(self, view: View) -> list[Failure]:
        """Every rule that ``view`` fails; of a text without words only what counts words is judged."""
        kinds = _count_kinds(view)
        failures = [*self._judge_words(kinds)]
        if view.words:
            failures += self._judge_symbols(view)
            failures += self._judge_lines(view)
            share = kinds.num_alphabetic / len(view.words)
            if self.max_non_alpha_words_ratio and share < self.max_non_alpha_words_ratio:
                failures.append(Failure("gopher_too_few_alpha_words", share, self.max_non_alpha_words_ratio))
        failures += self._judge_stop_words(view)
        return failures

    def _judge_words(self, kinds: _WordKinds) -> Iterator[Failure]:
        if self.min_doc_words and kinds.num_words < self.min_doc_words:
            yield Failure("gopher_too_few_words", kinds.num_words, self.min_doc_words)
        if self.max_doc_words and kinds.num_words > self.max_doc_words:
            yield Failure("gopher_too_many_words", kinds.num_words, self.max_doc_words)
        if not kinds.num_words:
            return
        length = kinds.num_chars / kinds.num_words
        if self.min_avg_word_length and length < self.min_avg_word_length:
            yield Failure("gopher_words_too_short", length, self.min_avg_word_length)
        if self.max_avg_word_length and length > self.max_avg_word_length:
            yield Failure("gopher_words_too_long", length, self.max_avg_word_length)

    def _judge_symbols(self, view: View) -> Iterator[Failure]:
        limit = self.max_symbol_word_ratio
        if not limit:
            return
        hashes = view.text.count("#") / len(view.words)
        if hashes > limit:
            yield Failure("gopher_too_many_hashes", hashes, limit)
        ellipses = (view.text.count("...") + view.text.count("…")) / len(view.words)
        if ellipses > limit:
            yield Failure("gopher_too_many_ellipses", ellipses, limit)

    def _judge_lines(self, view: View) -> Iterator[Failure]:
        num_lines = len(view.lines)
        if self.max_bullet_lines_ratio and ("-" in view.text or "•" in view.text):
            bullets = sum(line.lstrip()[:1] in _BULLETS for line in view.lines) / num_lines
            if bullets > self.max_bullet_lines_ratio:
                yield Failure("gopher_too_many_bullet_lines", bullets, self.max_bullet_lines_ratio)
        if self.max_ellipsis_lines_ratio and ("..." in view.text or "…" in view.text):
            ellipses = sum(line.rstrip().endswith(("...", "…")) for line in view.lines) / num_lines
            if ellipses > self.max_ellipsis_lines_ratio:
                yield Failure("gopher_too_many_ellipsis_lines", ellipses, self.max_ellipsis_lines_ratio)

    def _judge_stop_words(self, view: View) -> Iterator[Failure]:
        if not self.min_stop_words:
            return
        wanted = frozenset(self.stop_words)
        found = wanted.intersection(view.word_counts)
        if self.stop_words_match == "suffix" and len(found) < self.min_stop_words:
            for length in {len(word) for word in wanted if word}:
                found |= wanted.intersection([word[-length:] for word in view.word_counts])
        if len(found) < self.min_stop_words:
            yield Failure("gopher_too_few_stop_words", len(found), self.min_stop_words)
