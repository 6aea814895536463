"""Lines of which letters consist where nobody wrote anything: headers, signatures, disclaimers, farewells.

Enters: a text. Leaves: the share of its characters in such lines, and how many kinds of telling lines there are. The header
fields are those of RFC 5322 in the words of Korean mail programs; the separator before a signature is that of RFC 3676, 4.3.
"""

import re
from functools import cache
from typing import NamedTuple

import ahocorasick_rs

_FIELD = (
    r"(?:From|To|Cc|CC|Bcc|BCC|Sent|Date|Subject|Reply-To|Importance|Attachments?|보낸\s?사람|보낸\s?이|보낸\s?날짜|"
    r"보낸\s?시간|발신자?|발신인|"
    r"발송일|받는\s?사람|받는\s?이|받은\s?날짜|수신자?|수신인|숨은\s?참조|참조|제목|첨부|첨부\s?파일|날짜|일시|중요도|회신)"
)
_HEADER = re.compile(rf"^[>\s*]{{0,6}}\[?{_FIELD}\]?\*{{0,2}}\s{{0,3}}[:：]\s{{0,3}}\S")
_QUOTED = re.compile(
    r"^[>\s]{0,6}-{2,}\s?(?:Original|Forwarded|원본|전달된|전달|Begin)[\w ]{0,20}-*|^Begin forwarded message|"
    r"^On .{5,80} wrote:$|"
    r"^.{5,60}(?:님이 작성|님께서 작성|님이 쓴 글|작성:)$|^\d{4}년 \d{1,2}월 \d{1,2}일 .{3,60}(?:작성|씀|wrote)[:.]?$"
)
_RULE = re.compile(r"^[-=_*~#─━—]{2,}\s?$")
_CONTACT = re.compile(
    r"^\W{0,3}(?:T|M|F|E|A|H|D|C|P|Tel|TEL|tel|Fax|FAX|Mobile|MOBILE|Mob|Phone|Cell|Office|Direct|H\.?\s?P|E-?[Mm]ail|"
    r"E-?MAIL|Add|Address|ADD|Web|"
    r"전화|휴대폰|휴대전화|핸드폰|팩스|이메일|메일|주소|홈페이지|직통|내선|대표|대표전화|대표번호|사무실|연락처|"
    r"우편번호)\s{0,3}[.:)|]?\s{0,3}"
    r"(?:\(?[+0]\d[\d ().-]{6,}|1\d{3}-\d{4}|\S{1,40}@\S|https?:|www\.|(?<=[:.|)])\s?\S)|"
    r"^\W{0,3}\(?(?:\+82|0\d{1,2})\)?[-. )]{1,2}\d{1,4}[-. ]\d{3,4}|^\W{0,3}\S{1,40}@\S{1,40}\.\w{2,4}\W?$|"
    r"^(?:https?://|www\.)\S{1,60}$"
)
_ADDRESS = re.compile(r"(?:로|길)\s?\d{1,4}(?:[-번]|\s|,|$)|\(우\)|우\)\s?\d{5}|^\(?\d{5}\)?\s[가-힣]")
_DEVICE = re.compile(
    r"에서 보냄\.?$|에서 보낸 (?:메일|메시지)|^Sent from |^Get Outlook|^나의 (?:휴대|iP|갤|아이)|앱에서 보냈|메일 앱|"
    r"^보내는 사람의 휴대"
)
_FAREWELL = re.compile(
    r"^(?:감사합니다|고맙습니다|수고하세요|수고하십시오|수고하셨|좋은 하루|즐거운|행복한 하루|안녕히|건강하|"
    r"안녕하세요|안녕하십니까|전달\s?드립니다|"
    r"첨부\s?드립니다|확인 부탁|참고 부탁|회신 부탁|검토 부탁|확인 바랍|송부\s?드|공유\s?드|문의 주|Best|Kind|Warm|"
    r"Thanks|Thank you|Regards|Sincerely|.{1,20}(?:드림|올림|배상)\W?$)"
)
_NOTICE = re.compile(
    r"(?:메일|이메일|전자우편|메시지|첨부|통신문|email|e-mail|message).{0,60}(?:비밀|기밀|보호|수신|열람|법|책임|견해|"
    r"의견|삭제|금지|발송|발신|바이러스|"
    r"confiden|intended|recipient|privileged|delete|virus)|(?:잘못 (?:수신|전송|전달|받|보내)|수신인이 아|수신자가 아|"
    r"수신\s?거부|발신\s?전용)|"
    r"인쇄하(?:기|시기) 전에|(?:종이|환경|나무|지구).{0,20}(?:절약|생각|아끼|보호)|consider the environment|"
    r"[Uu]nsubscribe|(?:is|are) confidential"
)
#: A name, a rank, a department or a company in a line of its own.
_NAME = re.compile(r"^[가-힣A-Za-z][\w .,&()㈜/|·-]{0,30}$")
#: What such lines have, and of what they are few: one of these to every so many lines.
_SIGNS = (
    *(
        "@",
        "제목:",
        "제목 :",
        "참조:",
        "From:",
        "Subject:",
        "Original",
        "보냄",
        "보낸",
        "메일",
        "전자우편",
        "첨부",
        "전화",
        "팩스",
        "휴대",
        "Tel",
        "TEL",
    ),
    *("Mobile", "010", "+82", "드림", "올림", "www.", "Fax", "HP", "대표", "주소", "(우)", "-----"),
)
#: With these, or a number of a mobile telephone, a text may be a letter.
_FIRST_SIGNS = frozenset(("@", "제목:", "제목 :", "From:", "Original", "보냄", "보낸", "HP", "Tel", "TEL", "메일", "Mobile"))
_LINES_A_SIGN = 4
_MAX_CHARS = 4_000
_MIN_LINES = 3
_MAX_FAREWELL = 40
_MOST_UNKNOWN = 0.4
_PATTERNS = (
    ("header", _HEADER),
    ("quoted", _QUOTED),
    ("rule", _RULE),
    ("contact", _CONTACT),
    ("device", _DEVICE),
    ("notice", _NOTICE),
    ("farewell", _FAREWELL),
    ("address", _ADDRESS),
    ("name", _NAME),
)
#: What stands in a letter only, and not in the address line of any page.
_TELLING = frozenset(("header", "quoted", "device", "notice"))


@cache
def _automaton() -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick([sign.encode() for sign in _SIGNS])


class MailLines(NamedTuple):
    """``share``: of the characters in lines of letters; ``kinds``: which lines, in order; ``num_telling``: of a letter only."""

    share: float
    kinds: tuple[str, ...]
    num_telling: int
    num_contacts: int


def mail_lines(text: str) -> MailLines | None:
    """What the lines of a text that may be a letter are; ``None`` for any other text."""
    text = text[:_MAX_CHARS]
    if text.count("\n") < _MIN_LINES - 1 or len(text) > 100 * (text.count("\n") + 1):
        return None
    signs = [number for number, _, _ in _automaton().find_matches_as_indexes(text.encode("utf-8", "surrogatepass"))]
    if len(signs) * _LINES_A_SIGN < max(text.count("\n"), _MIN_LINES * _LINES_A_SIGN):
        return None
    if not any(_SIGNS[number] in _FIRST_SIGNS for number in signs) and "010-" not in text:
        return None
    kinds: dict[str, int] = {}
    total = known = unknown = 0.0
    most_unknown = _MOST_UNKNOWN * len(text)
    for line in text.split("\n"):
        line = line.strip()
        if not line:
            continue
        kind = next((name for name, pattern in _PATTERNS if pattern.search(line)), "")
        # A sentence may begin as a farewell does.
        if kind == "farewell" and len(line) > _MAX_FAREWELL:
            kind = ""
        kinds[kind] = kinds.get(kind, 0) + 1
        # Names and rules are no more than what stands between the others.
        weight = 0.5 if kind in ("name", "rule", "address") else 1.0
        total += weight * len(line)
        known += weight * len(line) if kind else 0
        unknown += 0 if kind else len(line)
        if unknown > most_unknown:
            return None
    if not total:
        return None
    telling = sum(count for kind, count in kinds.items() if kind in _TELLING)
    return MailLines(known / total, tuple(kind for kind in kinds if kind), telling, kinds.get("contact", 0))
