"""Passport number: M12345678 and, since December 2021, M123A4567.

Form: M (ordinary), S (single journey), R (resident), G (official), D (diplomatic), then eight digits, or three digits, a letter
and four digits. Source: 외교부, 차세대 전자여권. Older ones had two letters and seven digits; those, small letters and blanks
inside count only where a label says passport.

Enters: folded text. Leaves: spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.context import OTHER_NUMBERS, Labels
from filters.pii.span import Span

_END = r"(?![A-Za-z0-9_])(?![-.][0-9])|(?=[0-9]KOR[0-9]{6})"
_FORM = re.compile(
    r"[MSRGDmsrgd](?<![A-Za-z0-9_][A-Za-z])(?<![A-Za-z0-9_][-/.#=?&%][A-Za-z])(?P<gap>[- ]?)"
    rf"(?:[0-9]{{8}}|[0-9]{{3}}[A-Za-z][0-9]{{4}}|(?<= )[0-9]{{4}} [0-9]{{4}})(?:{_END})"
)
_OLD = re.compile(r"[A-Z]{2}(?<![A-Za-z0-9_][A-Z]{2})[- ]?[0-9]{7}(?![A-Za-z0-9_])(?![-.][0-9])")
_OWN = "여권번호 여권 passport 패스포트 pp.no 旅券 출국 입국 비자 visa 출입국 항공권"
_OTHERS = (
    "코드 규격 파일 도면 자산번호 문서 버전 부품번호 제품 칩 기기 장비 차대번호 계약번호 증권번호 특허 학생 직원번호 "
    "사원번호 id: part model s/n p/n lot 로트 좌석 티켓 논문 시험 배치 인증번호"
)
_LABELS = Labels(own=_OWN, others=f"{OTHER_NUMBERS} {_OTHERS}")
_DATE = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")


@dataclass(frozen=True, kw_only=True)
class Passport:
    """Korean passport numbers."""

    entity: ClassVar[str] = "KR_PASSPORT"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of passport numbers in folded text."""
        for match in _FORM.finditer(text):
            label = _LABELS.around(text, match.start(), match.end())
            if len(set(match[0][1:])) == 1:
                continue
            is_plain = not match["gap"] and match[0].isupper() and not _DATE.search(match[0])
            if label or (label is None and is_plain):
                yield Span(match.start(), match.end(), self.entity, 0.95 if label else 0.6)
        for match in _OLD.finditer(text):
            if _LABELS.around(text, match.start(), match.end()):
                yield Span(match.start(), match.end(), self.entity, 0.85)
