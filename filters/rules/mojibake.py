r"""Mojibake: text decoded by the wrong encoding, in the ways that Korean (and other) pages meet it.

Enters: a view. Leaves: ``mojibake`` with the share of garbled characters, in the whole text or in its worst passage, and
which confusion it is. What each looks like follows from the encodings themselves (WHATWG Encoding, KS X 1001):

* ``replacement``: U+FFFD, and what became of it when it was decoded once more (占쏙옙, 锟斤拷, ï¿½);
* ``latin1``: UTF-8 as Latin-1 or CP1252 has a lead byte and as many continuation bytes as it calls for (ê°€, Ã©, â€™),
  EUC-KR has pairs of high characters (¾È³ç), UTF-16 has high characters throughout; the same for what went wrong twice;
* ``cp949``: UTF-8 as CP949 has syllables that KS X 1001 lacks, among Hanja and question marks (媛�, �쒓뎅);
* ``another_script``: Korean bytes in GBK, Big5, Shift_JIS, a code page for DOS, Mac or Cyrillic, or UTF-16 the wrong way
  round: encoded back and read rightly, the most frequent Korean syllables appear;
* ``question_marks``: what the target encoding lacked (?? ???).

One pass counts the classes of characters; most texts need no more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from filters.document import Failure
from filters.limits import check_share
from filters.view import View

_ASCII, _SPACE, _QUESTION, _LATIN1, _SYLLABLE, _RARE_SYLLABLE, _HAN, _KANA, _REPLACEMENT, _OTHER = range(10)

#: What CP1252 makes of the bytes 80-9F: with A0-BF the continuation bytes of UTF-8.
_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_TAIL = f"\x80-\x9f\xa1-\xbf{_CP1252}\ufffd"
_LATIN1_RUN = re.compile(
    f"(?:[ê-í][{_TAIL}\xa0]{{2}}|[Â-Þ][{_TAIL}]|[à-ï][{_TAIL}]{{2}}|[ð-ô][{_TAIL}]{{3}})+|(?:[°-È][¡-þ]){{2,}}"
)
_REPLACED = re.compile("\ufffd+|(?:占쏙옙|占쏙|쏙옙|옙占|占[가-힣]|锟斤拷|锟斤|斤拷|ï¿½)+")
_QUESTION_WORD = re.compile(r"(?<!\S)[\"'(]?\?+[.,!?:;)\"']*(?!\S)")
_COMMON = frozenset(
    "이다는의에을로가고하지기사도한를은서리나아대시자어인일정수스있제해그보과전장주라부구것만들으상여되니습적원동안성식용면방법"
)
#: Wrong and right encodings: text is encoded back by the first and read by the second.
_CONFUSIONS = (
    ("gbk", "cp949"),
    ("gbk", "utf-8"),
    ("big5", "cp949"),
    ("big5", "utf-8"),
    ("euc_jp", "cp949"),
    ("cp932", "cp949"),
    ("cp932", "utf-8"),
    ("mac_roman", "utf-8"),
    ("mac_roman", "cp949"),
    ("cp437", "utf-8"),
    ("cp437", "cp949"),
    ("cp1251", "utf-8"),
    ("cp1251", "cp949"),
    ("koi8-r", "cp949"),
    ("iso8859-7", "cp949"),
    ("utf-16-be", "utf-16-le"),
    ("utf-16-le", "utf-8"),
    ("utf-16-be", "utf-8"),
    ("utf-16-le", "cp949"),
    ("utf-16-be", "cp949"),
)
_SAMPLE = 300
_PASSAGE = 400
_MIN_LATIN1 = 6
_MAX_CHARS = 200_000
_FREQUENT_HAN = re.compile("[的是不了在有我他这這为為之而以其也一]")


@cache
def _class_table() -> NDArray[np.uint8]:
    """The class of every code point."""
    table = np.full(0x110000, _OTHER, dtype=np.uint8)
    table[:0x80] = _ASCII
    table[0x80:0x100] = _LATIN1
    table[0x3040:0x3100] = table[0xFF61:0xFFA0] = _KANA
    for low, high in ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00)):
        table[low:high] = _HAN
    for code in range(0xAC00, 0xD7A4):
        # The codec writes a syllable that KS X 1001 lacks as eight bytes.
        table[code] = _SYLLABLE if len(chr(code).encode("euc_kr")) == 2 else _RARE_SYLLABLE
    for chars, kind in ((" \n\t\r\u3000\xa0", _SPACE), ("?", _QUESTION), ("\ufffd", _REPLACEMENT), (_CP1252, _OTHER)):
        for char in chars:
            table[ord(char)] = kind
    return table


@dataclass(frozen=True, kw_only=True)
class Mojibake:
    """Shares of the characters that are no white space. ``max_passage_share``: of any 400 characters.

    ``max_question_share``: of words that are question marks only; ``min_chars``: fewer garbled characters are an accident.
    """

    #: What it finds has no language: it is asked about documents in languages that are not wanted as well.
    any_language: ClassVar[bool] = True

    max_share: float = 0.03
    max_passage_share: float = 0.5
    max_question_share: float = 0.3
    min_chars: int = 4

    def __post_init__(self) -> None:
        for name in ("max_share", "max_passage_share", "max_question_share"):
            check_share("mojibake", name, getattr(self, name))

    def judge(self, view: View) -> list[Failure]:
        """``mojibake``, with the confusion in the detail."""
        if view.text.isascii() and "??" not in view.text:
            return []
        text = view.text[:_MAX_CHARS]
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        counts: list[int] = np.bincount(_class_table().take(codes), minlength=_OTHER + 1).tolist()
        num_chars = len(text) - counts[_SPACE]
        found = self._spans(text, counts, num_chars) or self._scripts(text, counts, num_chars)
        if found is None and counts[_QUESTION] >= 6 and counts[_QUESTION] > 0.15 * num_chars:
            return self._question_marks(text)
        return [found] if found else []

    def _spans(self, text: str, counts: list[int], num_chars: int) -> Failure | None:
        """Garbled runs that can be pointed at: their share of the text, and of the worst passage."""
        spans: list[tuple[int, int]] = []
        kind = "replacement"
        if counts[_REPLACEMENT] or (counts[_HAN] and ("占" in text or "锟" in text)) or "ï¿½" in text:
            spans = [match.span() for match in _REPLACED.finditer(text)]
        if counts[_LATIN1] > 2:
            latin1 = list(_latin1_runs(text))
            if sum(end - start for start, end in latin1) > sum(end - start for start, end in spans):
                kind = "latin1"
            spans = sorted({*spans, *latin1})
        garbled = sum(end - start for start, end in spans)
        if garbled < self.min_chars:
            return None
        share = min(garbled / max(num_chars, 1), 1.0)
        if share > self.max_share:
            return Failure("mojibake", share, self.max_share, f"{kind}: {_sample(text, spans)}")
        worst = _worst_passage(spans)
        if worst / _PASSAGE > self.max_passage_share:
            return Failure("mojibake", worst / _PASSAGE, self.max_passage_share, f"{kind}, one passage: {_sample(text, spans)}")
        return None

    def _scripts(self, text: str, counts: list[int], num_chars: int) -> Failure | None:
        """Garbling that shows in which characters there are, without runs to point at."""
        hangul = counts[_SYLLABLE] + counts[_RARE_SYLLABLE]
        rare = counts[_RARE_SYLLABLE]
        holes = counts[_HAN] + counts[_REPLACEMENT] + counts[_QUESTION]
        if rare >= self.min_chars and rare > 0.05 * hangul and counts[_HAN] >= 2 and holes > 0.08 * (hangul + holes):
            share = (rare + counts[_HAN] + counts[_REPLACEMENT]) / num_chars
            if share > self.max_share:
                return Failure("mojibake", share, self.max_share, "cp949")
        if counts[_LATIN1] > 0.3 * num_chars and len({char for char in text if "\x80" <= char <= "\xff"}) > _MIN_LATIN1:
            return Failure("mojibake", counts[_LATIN1] / num_chars, self.max_share, "latin1")
        foreign = counts[_HAN] + counts[_KANA] + counts[_OTHER] + counts[_REPLACEMENT] + counts[_LATIN1]
        if foreign > 0.25 * num_chars and hangul < foreign and foreign >= 3 * self.min_chars:
            confusion = _confusion(text, counts)
            if confusion:
                return Failure("mojibake", foreign / num_chars, self.max_share, f"another_script: {confusion}")
        return None

    def _question_marks(self, text: str) -> list[Failure]:
        words = len(text.split())
        lost = sum(1 for _ in _QUESTION_WORD.finditer(text))
        if lost < self.min_chars or lost / words <= self.max_question_share:
            return []
        return [Failure("mojibake", lost / words, self.max_question_share, f"question_marks: {lost} of {words} words")]


def _latin1_runs(text: str) -> Iterator[tuple[int, int]]:
    """Runs of what no language writes; a single pair of high characters may be a word's end and a quotation mark."""
    for match in _LATIN1_RUN.finditer(text):
        start, end = match.span()
        run = match.group()
        if end - start == 2 and (run[1] in "«»“”‘’‚„…–—´·º°ª¡¿™¹²³¼½¾€•" and run[0] not in "ÃÂ"):
            continue
        # Neither a rule of one character nor a table of the characters themselves.
        if len(set(run)) > 1 and not all(ord(after) - ord(before) == 1 for before, after in pairwise(run)):
            yield start, end


def _worst_passage(spans: list[tuple[int, int]]) -> int:
    """The most garbled characters that any passage of fixed length has."""
    worst = garbled = first = 0
    for start, end in spans:
        garbled += end - start
        while spans[first][0] < start - _PASSAGE:
            garbled -= spans[first][1] - spans[first][0]
            first += 1
        worst = max(worst, min(garbled, _PASSAGE))
    return worst


def _confusion(text: str, counts: list[int]) -> str:
    """Which confusion of encodings makes Korean (or plain English) of ``text``; empty for none."""
    foreign = "".join(char for char in text[: 10 * _SAMPLE] if char > "\x7f" or char == " ")[:_SAMPLE]
    if counts[_HAN] > counts[_OTHER] and len(_FREQUENT_HAN.findall(foreign)) > 0.04 * len(foreign):
        return ""
    if any("\u3041" <= char <= "\u3096" for char in foreign) and counts[_KANA] > 0.15 * (counts[_KANA] + counts[_HAN]):
        hiragana = sum("\u3041" <= char <= "\u3096" for char in foreign)
        if hiragana > 0.15 * len(foreign):
            return ""
    for wrong, right in _CONFUSIONS:
        read = foreign.encode(wrong, "ignore").decode(right, "replace")
        hangul = sum("가" <= char <= "힣" for char in read)
        common = sum(char in _COMMON for char in read)
        others = sum(char > "\x7f" for char in read) - read.count("\ufffd")
        if hangul >= 8 and common >= 0.3 * hangul and hangul >= 0.4 * others:
            return f"{right} read as {wrong}"
    as_bytes = foreign.replace(" ", "").encode("utf-16-le", "ignore")
    for pair in (as_bytes, foreign.replace(" ", "").encode("utf-16-be", "ignore")):
        letters = sum(byte == 32 or 97 <= byte <= 122 for byte in pair)
        if len(pair) > 30 and letters > 0.8 * len(pair):
            return "single bytes read as utf-16"
    return ""


def _sample(text: str, spans: list[tuple[int, int]]) -> str:
    return ", ".join(repr(text[start : min(end, start + 12)]) for start, end in spans[:3])
