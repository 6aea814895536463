"""IP address: IPv4 in dotted decimal, IPv6 in all forms of RFC 4291 (zone and IPv4 tail included).

Section numbers and versions look like IPv4 (1.2.3.4). Small numbers count as an address only if the words around say so, a
port, prefix length or scheme touches them, or they name a public resolver; a label such as 버전 rules large ones out as well.
What only could be a version is one behind a comparison, in front of what a list of changes says, or further down a line about
versions. `a::b` is also a name in C++; a short one needs context. Private addresses are addresses; loopback, unspecified ones
and netmasks (RFC 6890: 127.0.0.0/8, ::1, 0.0.0.0/8, ::, 255.0.0.0/8) are nobody's.

Enters: folded text. Leaves: spans, without port and prefix length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import ClassVar

from filters.pii.context import CONTEXT_MARGIN, Labels
from filters.pii.span import Span

_WORD_START = r"(?:(?<![0-9A-Za-z_.]{0})|(?<=[iI][pP]{0})(?<![0-9A-Za-z_.][iI][pP]{0}))"
"""Not inside a word or number, `IP` right in front excepted; the place-holder is what has been read of the address."""
_V4 = re.compile(
    r"[0-9]" + _WORD_START.format(".") + r"(?:(?<=[1-9])[0-9]{1,2})?(?:\.(?:[1-9][0-9]{0,2}|0)){3}(?![0-9A-Za-z_])(?!\.[0-9])"
)
_V6 = re.compile(
    r"(?=[0-9A-Fa-f]{0,4}:)"
    + _WORD_START.format("")
    + r"(?!:::)(?:[0-9A-Fa-f]{0,4}:){2,8}+(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{1,4})?"
    r"(?:%[A-Za-z0-9]{1,15})?(?![0-9A-Za-z_:])"
)
_OWN = (
    "ip 아이피 ip주소 서버 접속 dns 게이트웨이 gateway 호스트 host ping 핑 네트워크 방화벽 프록시 proxy server inet addr "
    "주소 라우터 router 대역 로그인 client 클라이언트 remote src= dst= from 네임서버 포트 port ssh telnet traceroute "
    "nslookup curl vpn 로그 차단 공격자 단말 pc"
)
_OTHERS = (
    "버전 버젼 version ver. 릴리스 릴리즈 release build 빌드 펌웨어 firmware sdk 업데이트 패치 설치 section chapter 목차 "
    "단원 부록 별표 oid 크롬 chrome edge firefox 웨일 whale 드라이버 driver 라이브러리 library 패키지 package 플러그인 plugin "
    "requires 의존성 커널 kernel 변경이력 변경사항 변경내역 changelog 개정 revision rev."
)
_VERSION_WORDS = re.compile(
    "버[전젼]|펌웨어|릴리[스즈]|드라이버|변경 ?(?:이력|내역|사항)|version|release|requires|changelog|firmware|driver"
)
_LABELS = Labels(own=_OWN, others=_OTHERS)
_TOUCHING_OTHER = re.compile(r"(?:(?<![가-힣])(?:제|그림|표|식)|§|[A-Za-z]/|[Tt]able|[Ff]igure|[Ss]ec\.?|[Vv]er\.?) ?$")
_COMPARISON = re.compile(r"(?:[<>=~!]=|[~^>]|~>|[<>]) ?$")
_VERSION_BEHIND = re.compile(
    r"(?:[은는이가을를의과와로]|으로|부터|까지|에서)?[ ]{1,2}(?:[가-힣]{1,6}[ ]){0,2}?"
    r"(?:수정|배포|출시|개선|설치|호환|릴리[스즈]|업데이트|업그레이드"
    r"|패치|변경[ ]?사항|이상(?:이|의|에|을|[ ]필요)|이하|지원[ ]?종료|개정)"
)
"""What is said of a version, up to two words further."""
_ADDRESS_BEHIND = re.compile(r" ?(?:\((?i:main|sub|primary|secondary|주|보조|기본|예비)\)| (?:로그인|로그아웃|접속|접근|차단))")
_HEADING = re.compile(r"\. ?[가-힣A-Z]")
_SENTENCE_END = re.compile(r"(?:^|[.!?\n])[ \t]*$")
_UNIT_BEHIND = re.compile(
    r"(?:\.? )?(?:(?:절|항|조|장|판)(?=[^가-힣]|[은는이가을를의에과와및]|$)|(?:버[전젼]|version|릴리)(?!\w{0,4} ?v?[0-9]))"
)
_RESOLVERS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "4.2.2.2", "4.2.2.1"})
_PRIVATE = re.compile(r"192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|169\.254\.")
_GLOBAL = re.compile(r"fe80|f[cd]|64:ff9b|[23][0-9a-f]{3}:", re.IGNORECASE)
"""How addresses in use begin: link-local, unique local, translated, global unicast (RFC 4291, RFC 6052)."""
_DIGIT = re.compile("[0-9]")
_FEWEST_GROUPS = 7
"""Groups of an address without `::`, the last two of them perhaps as dotted decimal."""
_LARGEST_SECTION = 40
_TOUCHING = re.compile(r":[0-9]{1,5}(?![0-9:])|/[0-9]{1,2}(?![0-9])")


def _v4_score(text: str, match: re.Match[str]) -> float | None:
    start, end = match.span()
    octets = [int(octet) for octet in match[0].split(".")]
    if max(octets) > 255 or octets[0] in (0, 127, 255):
        return None
    before, behind = text[max(0, start - 1) : start], text[end : end + 1]
    if behind in {":", "/"} and _TOUCHING.match(text, end):
        return 0.9
    if before in {"@", "["} or (before == "/" and text[start - 3 : start] == "://") or _PRIVATE.match(match[0]):
        return 0.9
    if _TOUCHING_OTHER.search(text, max(0, start - 8), start) or _UNIT_BEHIND.match(text, end):
        return None
    in_front = _LABELS.in_front(text, start)
    if in_front is False or (not in_front and max(octets[:2]) <= _LARGEST_SECTION and _is_version(text, start, end)):
        return None
    if max(octets) > _LARGEST_SECTION:
        return 0.9 if in_front else 0.8
    return _small_score(text, match, octets, is_labelled=in_front is True)


def _small_score(text: str, match: re.Match[str], octets: list[int], *, is_labelled: bool) -> float | None:
    """The same for four numbers that could be a section as well."""
    start, end = match.span()
    behind = text[end : end + 1]
    if _ADDRESS_BEHIND.match(text, end):
        return 0.8
    line = text[max(0, start - CONTEXT_MARGIN) : start].rpartition("\n")[2]
    heads_line = not line.strip(" \t#*>-·•")
    if _HEADING.match(text, end) and _SENTENCE_END.search(line) and match[0] not in _RESOLVERS:
        return None
    if heads_line and behind in {" ", "\t", "."} and 0 not in octets and match[0] != "8.8.8.8":
        return None
    if match[0] in _RESOLVERS:
        return 0.8
    touches_word = behind not in {" ", "\t"}
    is_private = octets[0] == 10 and (0 in octets or touches_word)
    return 0.85 if is_labelled or is_private or (touches_word and _LABELS.around(text, start, end)) else None


def _is_version(text: str, start: int, end: int) -> bool:
    """Whether what is around four small numbers speaks of versions: in front on the line or above it, or behind."""
    left = text[max(0, start - CONTEXT_MARGIN) : start]
    if _COMPARISON.search(left[-3:]) or _VERSION_BEHIND.match(text, end):
        return True
    above, _, line = left.rpartition("\n")
    # Labels further away than those that `Labels.in_front` sees: the second of two versions, the next of a list.
    others = _VERSION_WORDS.search(line.lower()) or (not line.strip(" \t#*>-·•v") and _VERSION_WORDS.search(above.lower()))
    return bool(others) and not _LABELS.around(text, start, end)


def _v6_span(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """The range of an address, without a colon of the sentence; None if it is none."""
    start, end = match.span()
    found = match[0]
    if found.endswith(":") and not found.endswith("::"):
        found, end = found[:-1], end - 1
    if found.startswith(":") and not found.startswith("::"):
        found, start = found[1:], start + 1
    groups = [group for group in found.partition("%")[0].split(":") if group]
    if groups in ([], ["1"]) or _DIGIT.search(found) is None or ("::" not in found and len(groups) < _FEWEST_GROUPS):
        return None
    is_long = len(groups) >= 3 or "." in found or _GLOBAL.match(found) is not None
    # In brackets of a URL, or before a port; a[1::2] is a slice of a program.
    in_brackets = text[start - 1 : start] == "[" and (text[start - 3 : start] == "//[" or text[end : end + 2] == "]:")
    touches = is_long or in_brackets or _TOUCHING.match(text, end)
    if not touches and not _LABELS.around(text, start, end):
        return None
    try:
        IPv6Address(found)
    except AddressValueError:
        return None
    return start, end


@dataclass(frozen=True, kw_only=True)
class IpAddress:
    """IPv4 and IPv6 addresses."""

    entity: ClassVar[str] = "IP_ADDRESS"
    trigger: ClassVar[str] = "number"

    def find(self, text: str) -> Iterator[Span]:
        """Spans of addresses in folded text."""
        if text.count(".") >= 3:
            for match in _V4.finditer(text):
                score = _v4_score(text, match)
                if score:
                    yield Span(match.start(), match.end(), self.entity, score)
        if text.count(":") >= 2:
            for match in _V6.finditer(text):
                span = _v6_span(text, match)
                if span:
                    yield Span(*span, self.entity, 0.91)
