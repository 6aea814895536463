"""E-mail address: local@domain, also with letters of another script touching it: 문의메일hong@naver.com으로.

Form: RFC 5322 dot-atom of ASCII characters, a domain of letter-digit-hyphen labels (Hangul ones of RFC 5890 as well), a
top-level domain of Latin letters or .한국. What hides the sign counts when it is clear: (at), [at], 골뱅이, ` at ... dot ...`.

Enters: folded text. Leaves: spans.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from filters.pii.span import Span

_DOMAIN = re.compile(
    r"@((?:[A-Za-z0-9가-힣](?:[A-Za-z0-9가-힣_-]{0,62})\.){1,8}(?:[A-Za-z]{2,24}(?![A-Za-z0-9])|한국|xn--[a-z0-9]{2,20}))"
)
_LOCAL_BACKWARDS = re.compile(r"[A-Za-z0-9._%+'&*=~!#$?^`{|}/-]{1,64}")
_FILES = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|bmp|ico|s?css|m?js|tsx?|jsx|json|txt|html?|php|exe|pdf|xml|ya?ml)$", re.IGNORECASE
)
_SIGN = r"[ ]?[(\[{<][ ]?(?:at|AT|At|골뱅이|앳|@)[ ]?[)\]}>][ ]?|[ ]?골뱅이[ ]?|[ ]at[ ]|[ ]@[ ]|@[ ]|[ ]@"
_DOT = r"[ ]?[(\[{<][ ]?(?:dot|DOT|Dot|닷|점|\.)[ ]?[)\]}>][ ]?|[ ]dot[ ]|[ ]?닷[ ]?"
_HIDDEN = re.compile(
    rf"(?P<at>{_SIGN})(?P<domain>[A-Za-z0-9가-힣-]{{1,63}}(?:(?P<dot>{_DOT}|\.)[A-Za-z0-9-]{{1,63}}){{1,4}})(?![A-Za-z0-9])"
)
_HIDDEN_DOTS = re.compile(
    rf"@[A-Za-z0-9-]{{1,63}}(?:(?:{_DOT})[A-Za-z0-9-]{{2,63}}|\.[A-Za-z0-9-]{{1,63}}){{1,4}}(?![A-Za-z0-9])"
)
_SIGNS = re.compile(r"[aA][tT] ?[)\]}>]|골뱅이|앳| @|@ |@[)\]]| at ")
_DOTS = re.compile(r"dot|닷|\(점\)", re.IGNORECASE)
_PROVIDERS = re.compile(
    r"(?:naver|gmail|daum|hanmail|nate|kakao|hotmail|outlook|yahoo|icloud|live|msn|paran|empas|lycos|korea|dreamwiz|proton|chol)\b"
    r"|\.(?:co|go|or|ac|re|ne)\.kr$",
    re.IGNORECASE,
)
_TOP = re.compile(
    r"(?:com|net|org|edu|gov|kr|io|co|info|biz|me|ai|dev|jp|cn|us|uk|de|app|shop|xyz|site|tv|cc|eu|fr)$", re.IGNORECASE
)


def _local_start(text: str, at: int) -> int:
    """Where the local part in front of the offset `at` begins; `at` itself if there is none."""
    match = _LOCAL_BACKWARDS.match(text[max(0, at - 64) : at][::-1])
    if match is None:
        return at
    local = text[at - match.end() : at]
    for opener in "=/`'{|}?&":  # delimiters of code and URLs that RFC 5322 allows and nobody uses
        local = local.rpartition(opener)[2]
    return at - len(local.lstrip(".%+-*~!#$^"))


@dataclass(frozen=True, kw_only=True)
class EmailAddress:
    """E-mail addresses."""

    entity: ClassVar[str] = "EMAIL_ADDRESS"
    trigger: ClassVar[str] = "at"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of addresses in folded text."""
        if "@" in text:
            yield from self._plain(text)
        yield from self._hidden(text)

    def _plain(self, text: str) -> Iterator[Span]:
        for match in _DOMAIN.finditer(text):
            start = _local_start(text, match.start())
            domain = match[1]
            if start == match.start() or _FILES.search(domain):
                continue
            is_remote = text[start : match.start()] == "git" and text[match.end() : match.end() + 1] == ":"
            if not is_remote and "-." not in domain:
                yield Span(start, match.end(), self.entity, 0.95)

    def _hidden(self, text: str) -> Iterator[Span]:
        """Addresses whose sign or dots are written out; the forms with bare words need a known provider."""
        for match in _HIDDEN.finditer(text) if _SIGNS.search(text) else ():
            start = _local_start(text, match.start())
            domain, sign = match["domain"], match["at"].strip()
            if start == match.start() or not _TOP.search(domain):
                continue
            has_dot_word = match["dot"].strip().lower() in {"dot", "닷"}
            is_bracketed = len(sign) > 1 and sign.lower() != "at"
            if is_bracketed or (sign.lower() == "at" and has_dot_word) or _PROVIDERS.search(domain):
                yield Span(start, match.end(), self.entity, 0.85)
        for match in _HIDDEN_DOTS.finditer(text) if "@" in text and _DOTS.search(text) else ():
            start = _local_start(text, match.start())
            if start < match.start() and _TOP.search(match[0]):
                yield Span(start, match.end(), self.entity, 0.85)
