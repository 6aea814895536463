"""Where a text that is known only by its ids is cut best.

The ids of a document enter, a place to cut it leaves: where a paragraph ends, else a line, else a sentence, else before a
word; never inside a character. What an id says about that is looked up in tables over the vocabulary, made once from a
byte-level ``tokenizer.json``, so that no text is decoded. Of several places of one kind the latest is best, and a paragraph's
end before a line that is not indented is better than another: in code, that is between two definitions.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .byte_names import contents

_CLOSING = "[\"'”’)\\]}»」』）】〉》]"


class Break(IntEnum):
    """What a place in a text is, the better the higher."""

    INSIDE_CHARACTER = 0
    CHARACTER = 1
    WORD = 2
    SENTENCE = 3
    LINE = 4
    PARAGRAPH = 5
    TOP_LEVEL = 6


class _Token:
    """What the bytes of a token say about the places before and behind it.

    A line's end may be cut before or behind its line feed: some tokenizers write it and the next line's blanks as one token.
    """

    INSIDE_CHARACTER = 1 << 0
    BEGINS_BLANK = 1 << 1
    BEGINS_LINE_END = 1 << 2
    BEGINS_BLANK_LINE = 1 << 3
    BEGINS_CLOSING = 1 << 4
    ONLY_CLOSING = 1 << 5
    ONLY_LINE_ENDS = 1 << 6
    ENDS_LINE = 1 << 7
    ENDS_PARAGRAPH = 1 << 8
    ENDS_SENTENCE = 1 << 9
    #: Of scripts that put no blank between sentences.
    ENDS_WIDE_SENTENCE = 1 << 10


_PATTERNS = {
    _Token.BEGINS_BLANK: re.compile(r"^\s"),
    _Token.BEGINS_LINE_END: re.compile(r"^[ \t\r]*\n"),
    _Token.BEGINS_BLANK_LINE: re.compile(r"^[ \t\r]*\n[ \t\r]*\n"),
    _Token.BEGINS_CLOSING: re.compile(f"^{_CLOSING}"),
    _Token.ONLY_CLOSING: re.compile(f"^{_CLOSING}+$"),
    _Token.ONLY_LINE_ENDS: re.compile(r"^[ \t\r]*\n\s*$"),
    _Token.ENDS_LINE: re.compile(r"\n[ \t\r]*$"),
    _Token.ENDS_PARAGRAPH: re.compile(r"\n[ \t\r]*\n[ \t\r]*$"),
    _Token.ENDS_SENTENCE: re.compile(f"[.!?…。！？｡]{_CLOSING}*$"),
    _Token.ENDS_WIDE_SENTENCE: re.compile(f"[。！？｡]{_CLOSING}*$"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Breaks:
    """By id, what its token says; the last entry is of a token of which nothing is known."""

    _tokens: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, tokenizer: str | Path | Tokenizer) -> "Breaks":
        """The tables of a tokenizer, or of a ``tokenizer.json``."""
        if not isinstance(tokenizer, Tokenizer):
            tokenizer = Tokenizer.from_buffer(Path(tokenizer).read_bytes())
        told = contents(tokenizer)
        tokens = np.zeros(len(told) + 1, dtype=np.uint16)
        for number, content in enumerate(told):
            # An entry that is not of the byte alphabet stands for itself.
            tokens[number] = _said_by((tokenizer.id_to_token(number) or "").encode() if content is None else content)
        return cls(tokens)

    def kinds(self, ids: npt.NDArray[np.integer], *, first: int, last: int) -> npt.NDArray[np.int8]:
        """The :class:`Break` before each of ``ids[first:last]``, and before their end where ``last`` is one more than they."""
        tokens = self._around(ids, first - 2, last)
        after, before, second = tokens[2:], tokens[1:-1], tokens[:-2]
        kinds = np.full(after.size, Break.CHARACTER, dtype=np.int8)
        blank = after & _Token.BEGINS_BLANK > 0
        kinds[blank] = Break.WORD
        # What ends behind closing marks of their own ends with the token before those.
        ends = before | np.where(before & _Token.ONLY_CLOSING, second, 0)
        open_end = after & _Token.BEGINS_CLOSING == 0
        wide = (ends & _Token.ENDS_WIDE_SENTENCE > 0) & open_end
        kinds[wide | ((ends & _Token.ENDS_SENTENCE > 0) & blank)] = Break.SENTENCE
        ended, follows = before & _Token.ENDS_LINE > 0, after & _Token.BEGINS_LINE_END > 0
        kinds[ended | follows] = Break.LINE
        empty = (before & _Token.ENDS_PARAGRAPH > 0) | ((before & _Token.ONLY_LINE_ENDS > 0) & (second & _Token.ENDS_LINE > 0))
        kinds[empty | (after & _Token.BEGINS_BLANK_LINE > 0) | (ended & follows)] = Break.PARAGRAPH
        kinds[empty & ~blank] = Break.TOP_LEVEL
        kinds[after & _Token.INSIDE_CHARACTER > 0] = Break.INSIDE_CHARACTER
        return kinds

    def best(self, ids: npt.NDArray[np.integer], *, earliest: int, latest: int) -> int:
        """The best place in ``(earliest, latest]`` to cut ``ids``, so that ``ids[:place]`` and ``ids[place:]`` are the pieces.

        ``ids`` may be a part of a document: what is before a place is seen in two ids, what is behind it in one.

        Raises:
            ValueError: there is no such place.
        """
        if not 0 <= earliest < latest <= ids.size:
            raise ValueError(f"there is no place after {earliest} and up to {latest} in {ids.size} ids")
        kinds = self.kinds(ids, first=earliest + 1, last=latest + 1)
        return latest - int(np.argmax(kinds[::-1]))

    def _around(self, ids: npt.NDArray[np.integer], first: int, last: int) -> npt.NDArray[np.uint16]:
        """What the tokens of ``ids[first:last]`` say; of those outside ``ids`` or beyond the vocabulary, nothing."""
        found = np.zeros(last - first, dtype=np.uint16)
        own = ids[max(first, 0) : last]
        begin = max(-first, 0)
        found[begin : begin + own.size] = self._tokens[np.minimum(own.astype(np.intp), self._tokens.size - 1)]
        return found


def _said_by(content: bytes) -> int:
    text = content.decode("utf-8", "replace")
    said = sum(flag for flag, pattern in _PATTERNS.items() if pattern.search(text))
    return said | (_Token.INSIDE_CHARACTER if content[:1] and 0x80 <= content[0] < 0xC0 else 0)
