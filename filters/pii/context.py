"""Context words: does a label such as 주민등록번호 or 계좌 stand near a match?

Enters: the folded text, the offsets of a match and the words to look for. Leaves: yes or no. Korean labels are written with
and without spaces (주민 등록 번호, 계 좌 번 호), so both sides are compared without blanks and in lower case; the words must be
given like that. A label nearly always precedes its number, hence the longer window in front.

`CONTEXT_MARGIN` bounds both windows: the scanner hands recognisers regions that reach this far on either side of a number,
so that a region gives the same answer as the whole text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from filters.pii.alternation import one_of

CONTEXT_MARGIN = 64
"""Code points on either side of a match that any recogniser may look at."""


def squeeze(text: str) -> str:
    """Lower-case without blanks, the form in which context words are compared."""
    return "".join(text.split()).lower()


def text_before(text: str, start: int, *, width: int = 40) -> str:
    """The `width` code points in front of `start`, squeezed."""
    return squeeze(text[max(0, start - min(width, CONTEXT_MARGIN)) : start])


def text_after(text: str, end: int, *, width: int = 16) -> str:
    """The `width` code points behind `end`, squeezed."""
    return squeeze(text[end : end + min(width, CONTEXT_MARGIN)])


def has_context(text: str, start: int, end: int, words: Iterable[str], *, before: int = 40, after: int = 16) -> bool:
    """Whether one of `words` (squeezed, lower case) stands within `before` code points in front or `after` behind."""
    one = _any_of(tuple(words))
    left = one.search(text_before(text, start, width=before))
    return left is not None or one.search(text_after(text, end, width=after)) is not None


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """A pattern that finds one of `words`, which are the lists of this package and not many."""
    return re.compile(one_of(words))


OTHER_NUMBERS = (
    "주문번호 주문 송장 운송장 등기번호 택배 배송번호 바코드 isbn issn ean 도서번호 상품번호 상품코드 제품번호 제품코드 품번 "
    "품목 모델 부품 시리얼 일련번호 관리번호 문서번호 사건번호 접수번호 공고번호 승인번호 거래번호 예약번호 학번 사번 "
    "수험번호 회원번호 고객번호 쿠폰 타임스탬프 timestamp 버전 version tracking order serial invoice sku uuid hash 해시 "
    "시각 일시 최종수정 측정값 통계 금액 합계 영수증번호 논문"
)
"""Labels, squeezed, of numbers that are nobody's."""

_TOUCHING = 8
"""Squeezed code points between the label of another number and that number: `주문번호는 `, `(모델명: `."""
_LONG_NUMBER = re.compile(r"[0-9][-.]?[0-9][-.]?[0-9][-.]?[0-9]")
_WIDTH_IN_FRONT = 40
_WIDTH_BEHIND = 16
_NEXT_NUMBER = re.compile(r"[가-힣]{0,4}[:=|\])은는이가]{0,2}[0-9]{3}")
"""What follows a label that stands behind one number and in front of the next, to which it belongs."""
_TOPIC = frozenset("은는이가")
"""Particles behind a number of which the rest of the sentence says what it is: `1234567891은 본사의 사업자번호이다`."""
_WIDTH_BEHIND_TOPIC = 40
_SENTENCE_END = re.compile(r"[.!?]\s|\n")


_LATIN_GAP = re.compile(r"[a-z]\s+[a-z]")
_BLANKS = re.compile(r"(?<![a-z])\s+|\s+(?![a-z])")


# A text of thousands of numbers asks the same several times, once for each recogniser.
@lru_cache(maxsize=1024)
def _tighten(text: str) -> str:
    """Lower-case without blanks but for those between two Latin words, whose beginnings must stay visible."""
    lowered = text.lower()
    return _BLANKS.sub("", lowered) if _LATIN_GAP.search(lowered) else "".join(lowered.split())


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Words that say what a number is, of our `own` kind or of `others`: squeezed, in lower case, a space between two.

    The label nearest in front of a number decides. A label of another kind counts only close to the number, and as long as
    no number stands between, which would be the one it belongs to; one of our own may head a list or stand behind. A label
    in Latin letters begins where a word begins (ver. is none in naver.com); `_` in it is a blank that may be there.
    """

    own: str
    others: str = OTHER_NUMBERS

    @cached_property
    def _all(self) -> re.Pattern[str]:
        return re.compile(one_of([*self.own.split(), *self.others.split()]).replace("_", " ?"))

    @cached_property
    def _owned(self) -> frozenset[str]:
        return frozenset(word.replace("_", blank) for word in self.own.split() for blank in ("", " "))

    def in_front(self, text: str, start: int) -> bool | None:
        """True: a label of our own stands in front; False: one of another kind; None: neither."""
        left = _tighten(text[max(0, start - _WIDTH_IN_FRONT) : start])
        found = None
        for match in self._all.finditer(left):
            if _is_inside_word(left, match.start()):
                continue
            if match[0] in self._owned:
                found = True
            elif len(left) - match.end() <= _TOUCHING and not _LONG_NUMBER.search(left, match.end()):
                found = False
        return found

    def around(self, text: str, start: int, end: int) -> bool | None:
        """The same, and a label of our own behind counts as well if there is none in front."""
        found = self.in_front(text, start)
        if found is None:
            right = _tighten(_behind(text, end))
            behind = self._all.search(right)
            if behind is None or behind[0] not in self._owned or _is_inside_word(right, behind.start()):
                return None
            return None if _NEXT_NUMBER.match(right, behind.end()) else True
        return found


def _behind(text: str, end: int) -> str:
    """What stands behind a number and may speak of it."""
    if text[end : end + 1] not in _TOPIC:
        return text[end : end + _WIDTH_BEHIND]
    # The rest of the sentence, as far as the margin allows.
    return _SENTENCE_END.split(text[end : end + _WIDTH_BEHIND_TOPIC], maxsplit=1)[0]


def _is_inside_word(text: str, start: int) -> bool:
    """Whether a Latin letter stands on both sides of the offset `start`."""
    return start > 0 and "a" <= text[start] <= "z" and "a" <= text[start - 1] <= "z"
