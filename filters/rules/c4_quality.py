"""C4's rules (Raffel et al. 2020, JMLR 21:140, section 2.2), as judgements.

Enters: a view. Leaves: a failure for each of C4's reasons to drop a page. C4 also *removes* lines: those with an endless
word, without terminal punctuation, with too few words, with JavaScript or policy notices. A rule never edits, so this one
counts the sentences of the lines that C4 would have left, drops where datatrove 0.10.1 (``C4QualityFilter``) drops, and
leaves the text whole; ``max_removed_lines_ratio`` (not in C4, off by default) drops by the share of lines C4 would take out.

As in datatrove, *lorem ipsum* and ``{`` count only in lines that passed the checks before. Two defaults differ, and the
fields set them: lines may end in full-width terminals and typographic closing quotes too, which the paper allows and ASCII
cannot; sentences are counted by :func:`filters.words.count_sentences`, where datatrove asks NLTK's trained splitter.
"""

import re
from dataclasses import dataclass

from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View
from filters.words import count_sentences, split_sentences

_CITATION = re.compile(r"\[(?:\d*|edit|citation needed|편집|출처 필요)\]")
_LOREM_IPSUM = "lorem ipsum"
_JAVASCRIPT = "javascript"
_POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")


@dataclass(slots=True)
class _Tally:
    """What the lines of a text come to under C4's rules."""

    num_lines: int = 0
    num_kept: int = 0
    num_sentences: int = 0
    lorem_ipsum: int = 0
    curly_bracket: int = 0
    #: The rules that drop the whole page, in the order in which a reader of the lines meets them.
    met: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class C4Quality:
    """Fields as in datatrove; -1 turns a number off.

    ``end_punctuation`` are the endings of a line that is kept, and an ellipsis (...) is none of them.
    """

    split_paragraph: bool = True
    remove_citations: bool = True
    filter_no_terminal_punct: bool = True
    min_num_sentences: int = 5
    min_words_per_line: int = 3
    max_word_length: int = 1000
    filter_lorem_ipsum: bool = True
    filter_javascript: bool = True
    filter_curly_bracket: bool = True
    filter_policy: bool = True
    end_punctuation: tuple[str, ...] = (".", "?", "!", '"', "'", "。", "？", "！", "”", "’", "」", "』")
    max_removed_lines_ratio: float | None = None

    def __post_init__(self) -> None:
        for name in ("min_num_sentences", "min_words_per_line", "max_word_length"):
            check_at_least("c4_quality", name, getattr(self, name), least=-1)
        check_share("c4_quality", "max_removed_lines_ratio", self.max_removed_lines_ratio)
        if self.filter_no_terminal_punct and not all((self.end_punctuation, *self.end_punctuation)):
            raise ValueError(
                f"c4_quality: end_punctuation = {self.end_punctuation!r} must hold endings, none of them empty; "
                "to keep every line set filter_no_terminal_punct = false"
            )

    def judge(self, view: View) -> list[Failure]:
        """Every rule that ``view`` fails, first the one that datatrove would name."""
        tally = self._tally(view)
        counts = {"c4_lorem_ipsum": tally.lorem_ipsum, "c4_curly_bracket": tally.curly_bracket}
        failures = [Failure(rule, counts[rule], 0.0, "lines") for rule in tally.met]
        if tally.num_sentences < self.min_num_sentences:
            detail = f"in the {tally.num_kept} of {tally.num_lines} lines that C4 keeps"
            failures.append(Failure("c4_too_few_sentences", tally.num_sentences, self.min_num_sentences, detail))
        removed = 1 - tally.num_kept / tally.num_lines if tally.num_lines else 0.0
        if self.max_removed_lines_ratio is not None and removed > self.max_removed_lines_ratio:
            failures.append(Failure("c4_too_many_removed_lines", removed, self.max_removed_lines_ratio))
        return failures

    def _tally(self, view: View) -> _Tally:
        """Go through the lines, but no further than where nothing can fail any more; sentences up to the least wanted."""
        lines = view.lines if self.split_paragraph else split_sentences(view.text)
        tally = _Tally(num_lines=len(lines))
        phrases = self._phrases_in(view.text)
        may_be_banned = bool(phrases) or (self.filter_curly_bracket and "{" in view.text)
        needs_all = may_be_banned or self.max_removed_lines_ratio is not None
        has_citation = self.remove_citations and "[" in view.text
        for line in map(str.strip, lines):
            kept = _CITATION.sub("", line) if has_citation else line
            if not self._is_line_of_prose(line, kept) or (may_be_banned and self._is_banned(kept, phrases, tally)):
                continue
            tally.num_kept += 1
            if tally.num_sentences < self.min_num_sentences:
                tally.num_sentences += count_sentences(kept) if self.split_paragraph else 1
            elif not needs_all:
                break
        return tally

    def _phrases_in(self, text: str) -> frozenset[str]:
        """Which of the banned phrases ``text`` has anywhere, so that most texts need no search line by line."""
        wanted = [_LOREM_IPSUM] * self.filter_lorem_ipsum + [_JAVASCRIPT] * self.filter_javascript
        wanted += _POLICY if self.filter_policy else ()
        if not wanted:
            return frozenset()
        # What a citation parts may come together once it is gone.
        lower = (_CITATION.sub("", text) if self.remove_citations and "[" in text else text).lower()
        return frozenset(phrase for phrase in wanted if phrase in lower)

    def _is_line_of_prose(self, line: str, kept: str) -> bool:
        """Whether ``line``, ``kept`` without its citations, has words of sane length, enough of them, and an end."""
        if self.filter_no_terminal_punct and (not kept.endswith(self.end_punctuation) or kept.endswith("...")):
            return False
        if len(line.split(None, max(self.min_words_per_line, 1))) < self.min_words_per_line:
            return False
        too_long = self.max_word_length != -1 and len(line) > self.max_word_length
        return not (too_long and any(len(word) > self.max_word_length for word in line.split()))

    def _is_banned(self, line: str, phrases: frozenset[str], tally: _Tally) -> bool:
        """Whether C4 drops ``line`` or its page for a phrase in it; the reasons to drop the page go to ``tally``."""
        lower = line.lower() if phrases else ""
        if _LOREM_IPSUM in phrases and _LOREM_IPSUM in lower:
            tally.met += ("c4_lorem_ipsum",) * (not tally.lorem_ipsum)
            tally.lorem_ipsum += 1
            return True
        if _JAVASCRIPT in phrases and _JAVASCRIPT in lower:
            return True
        if self.filter_curly_bracket and "{" in line:
            tally.met += ("c4_curly_bracket",) * (not tally.curly_bracket)
            tally.curly_bracket += 1
            return True
        return bool(phrases) and any(phrase in lower for phrase in phrases if phrase in _POLICY)
