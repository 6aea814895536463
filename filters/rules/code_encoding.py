r"""Code whose bytes were read wrongly, or that is no text: replacement characters, mojibake, control characters, binaries.

Enters: a view of a source file. Leaves: a failure with the share of the characters at fault. Mojibake is told by runs that
no language writes: UTF-8 read as Windows-1252 (``ì•ˆ``), EUC-KR read as Latin-1 (``¾È³ç``), UTF-8 read as CP949 (``?덈뀞``).
A file in which one comment is right and another is not has been put together from two encodings; it counts all the same.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
#: Form feed and vertical tab separate pages of old sources; escape colours terminal text.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\x80-\x9f\ud800-\udfff]")
_CP1252_HIGH = (
    "\u0080-\u00bf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u2018\u2019\u201c\u201d\u2022"
    "\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178"
)
#: The lead byte of two, three or four, and the bytes that must follow it, as Windows-1252 shows them.
_UTF8_AS_LATIN = re.compile(
    f"[\u00c2-\u00df][{_CP1252_HIGH}]|[\u00e0-\u00ef][{_CP1252_HIGH}]{{2}}|[\u00f0-\u00f4][{_CP1252_HIGH}]{{3}}"
)
#: Two and more Hangul of KS X 1001, lead bytes B0-C8; an alphabet in its order does not fit that.
_EUC_AS_LATIN = re.compile(r"(?<![\u00a1-\u00fe])(?:[\u00b0-\u00c8][\u00a1-\u00fe]){2,}(?![\u00a1-\u00fe])")
_HANGUL = re.compile(r"[\uac00-\ud7a3]+")
#: CP949 has 8,822 syllables that KS X 1001 has not. Korean text is written without them (under 0.1 %); UTF-8 read as CP949
#: is full of them.
_MAX_RARE_SYLLABLES = 0.1

#: Less than so much of a text is a wart in it, or the test of a decoder.
_MIN_MOJIBAKE_DENSITY = 0.002


@dataclass(frozen=True, kw_only=True)
class CodeEncoding:
    """Largest shares of characters at fault; 0 turns a limit off.

    Of replacement and control characters among all (at least ``min_count`` of them, for a test of an encoding writes one or
    two), of mojibake among those outside ASCII, of unassigned and private ones among all.
    """

    max_replacement_fraction: float = 0.0005
    max_control_fraction: float = 0.001
    max_mojibake_fraction: float = 0.4
    max_unassigned_fraction: float = 0.02
    min_count: int = 5

    def __post_init__(self) -> None:
        for name in ("max_replacement_fraction", "max_control_fraction", "max_mojibake_fraction", "max_unassigned_fraction"):
            check_share("code_encoding", name, getattr(self, name))
        check_at_least("code_encoding", "min_count", self.min_count)

    def judge(self, view: View) -> list[Failure]:
        """``code_replacement_chars``, ``code_control_chars``, ``code_mojibake`` and ``code_not_text``, as far as they hold."""
        text = view.text
        if not text:
            return []
        return [*self._judge_marks(text), *(() if text.isascii() else self._judge_readings(text))]

    def _judge_marks(self, text: str) -> Iterator[Failure]:
        marks = (
            ("code_replacement_chars", text.count("\ufffd"), self.max_replacement_fraction, "U+FFFD"),
            ("code_control_chars", sum(1 for _ in _CONTROL.finditer(text)), self.max_control_fraction, "control characters"),
        )
        for rule, count, limit, what in marks:
            if limit and count >= self.min_count and count / len(text) > limit:
                yield Failure(rule, count / len(text), limit, f"{count:,} {what}")

    def _judge_readings(self, text: str) -> Iterator[Failure]:
        others = _NOT_ASCII.findall(text)
        if self.max_mojibake_fraction:
            runs = [found[0] for pattern in (_UTF8_AS_LATIN, _EUC_AS_LATIN) for found in pattern.finditer(text)]
            hangul = _HANGUL.findall(text)
            if _share_of_rare("".join(hangul)) > _MAX_RARE_SYLLABLES:
                runs += hangul
            at_fault = sum(map(len, runs))
            fraction = min(at_fault / len(others), 1.0)
            dense = at_fault >= 2 * self.min_count and at_fault / len(text) > _MIN_MOJIBAKE_DENSITY
            if dense and fraction > self.max_mojibake_fraction:
                yield Failure("code_mojibake", fraction, self.max_mojibake_fraction, "such as " + " ".join(runs[:3])[:60])
        if self.max_unassigned_fraction:
            kinds = [unicodedata.category(character) for character in others[:20_000]]
            count = sum(kind in ("Cn", "Co", "Cs") for kind in kinds) * len(others) / max(len(kinds), 1)
            if count >= self.min_count and count / len(text) > self.max_unassigned_fraction:
                detail = f"{count:,.0f} unassigned or private characters"
                yield Failure("code_not_text", count / len(text), self.max_unassigned_fraction, detail)


def _share_of_rare(syllables: str) -> float:
    """The share of syllables that KS X 1001 has no code for: the codec spells each in 8 bytes instead of 2."""
    rare = (len(syllables.encode("euc_kr")) - 2 * len(syllables)) / 6
    return rare / len(syllables) if syllables else 0.0
