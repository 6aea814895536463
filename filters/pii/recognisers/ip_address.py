"""IP address: IPv4 in dotted decimal, IPv6 in all forms of RFC 4291 (zone and IPv4 tail included).

Section numbers and versions look like IPv4 (1.2.3.4). Small numbers count as an address only if the words around say so, a
port, prefix length or scheme touches them, or they name a public resolver; a label such as 버전 rules large ones out as well.
`a::b` is also a name in C++; a short one needs context. Private and loopback addresses are addresses.

Enters: folded text. Leaves: spans, without port and prefix length.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import ClassVar

from filters.pii.context import CONTEXT_MARGIN, Labels
from filters.pii.span import Span

_V4 = re.compile(r"[0-9](?<![0-9A-Za-z_.].)(?:(?<=[1-9])[0-9]{1,2})?(?:\.(?:[1-9][0-9]{0,2}|0)){3}(?![0-9A-Za-z_])(?!\.[0-9])")
_V6 = re.compile(
    r"(?<![0-9A-Za-z_.])(?=[0-9A-Fa-f]{0,4}:)(?!:::)(?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{1,4})?"
    r"(?:%[A-Za-z0-9]{1,15})?(?![0-9A-Za-z_:])"
)
_OWN = (
    "ip 아이피 ip주소 서버 접속 dns 게이트웨이 gateway 호스트 host ping 핑 네트워크 방화벽 프록시 proxy server inet addr "
    "주소 라우터 router 대역 로그인 client 클라이언트 remote src= dst= from 네임서버 포트 port ssh telnet traceroute "
    "nslookup curl vpn 로그 차단 공격자 단말 pc"
)
_OTHERS = (
    "버전 버젼 version ver. 릴리스 릴리즈 release build 빌드 펌웨어 firmware sdk 업데이트 패치 설치 section chapter 목차 "
    "단원 부록 별표 oid 크롬 chrome edge firefox 웨일 whale"
)
_LABELS = Labels(own=_OWN, others=_OTHERS)
_TOUCHING_OTHER = re.compile(r"(?:(?<![가-힣])(?:제|그림|표|식)|§|[A-Za-z]/|[Tt]able|[Ff]igure|[Ss]ec\.?|[Vv]er\.?) ?$")
_UNIT_BEHIND = re.compile(r" ?(?:절|항|조(?!회)|장(?!비|치)|판|버전|버젼|version|릴리)")
_RESOLVERS = frozenset({"8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9", "4.2.2.2", "4.2.2.1", "0.0.0.0"})
_PRIVATE = re.compile(r"192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|127\.0\.|169\.254\.")
_LARGEST_SECTION = 40
_TOUCHING = re.compile(r":[0-9]{1,5}(?![0-9:])|/[0-9]{1,2}(?![0-9])")


def _v4_score(text: str, match: re.Match[str]) -> float | None:
    start, end = match.span()
    octets = [int(octet) for octet in match[0].split(".")]
    if max(octets) > 255:
        return None
    before, behind = text[start - 1 : start] if start else "", text[end : end + 1]
    if behind in {":", "/"} and _TOUCHING.match(text, end):
        return 0.9
    if before in {"@", "["} or (before == "/" and text[start - 3 : start] == "://") or _PRIVATE.match(match[0]):
        return 0.9
    if _TOUCHING_OTHER.search(text, max(0, start - 8), start) or _UNIT_BEHIND.match(text, end):
        return None
    in_front = _LABELS.in_front(text, start)
    if in_front is False:
        return None
    if max(octets) > _LARGEST_SECTION:
        return 0.9 if in_front else 0.8
    heads_line = not text[max(0, start - CONTEXT_MARGIN) : start].rpartition("\n")[2].strip(" \t#*>-·•")
    if heads_line and behind in {" ", "\t", "."} and 0 not in octets and match[0] != "8.8.8.8":
        return None
    if match[0] in _RESOLVERS:
        return 0.8
    touches_word = behind not in {" ", "\t"}
    is_private = octets[0] == 10 and (0 in octets or touches_word)
    return 0.85 if in_front or is_private or (touches_word and _LABELS.around(text, start, end)) else None


def _v6_span(text: str, match: re.Match[str]) -> tuple[int, int] | None:
    """The range of an address, without a colon of the sentence; None if it is none."""
    start, end = match.span()
    found = match[0]
    if found.endswith(":") and not found.endswith("::"):
        found, end = found[:-1], end - 1
    if found.startswith(":") and not found.startswith("::"):
        found, start = found[1:], start + 1
    try:
        IPv6Address(found)
    except AddressValueError:
        return None
    groups = [group for group in found.partition("%")[0].split(":") if group]
    is_long = (len(groups) >= 3 or "." in found) and any(char.isdigit() for char in found)
    is_known = found.lower().startswith(("fe80", "fd", "fc", "2001:", "2400:", "64:ff9b"))
    if is_long or (is_known and groups and any(char.isdigit() for char in found)):
        return start, end
    if not any(char.isdigit() for char in found):
        return None
    touches = text[start - 1 : start] == "[" or _TOUCHING.match(text, end)
    if groups and (touches or _LABELS.around(text, start, end)):
        return start, end
    return None


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
