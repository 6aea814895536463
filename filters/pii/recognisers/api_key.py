"""API keys, tokens and passwords, in prose, configuration and source code.

Formats are those that the providers document for secret scanning: AWS ``AKIA``/``ASIA`` + 16, Google ``AIza`` + 35, GitHub
``ghp_`` + 36, Stripe ``sk_live_``, Slack ``xoxb-``, JSON Web Tokens (RFC 7519) and so on (`_provider_formats`). Besides: a
secret given to a name that says so (``api_key = "..."``, ``비밀번호: ...``), passwords in URLs (RFC 3986) and connection
strings, bearer tokens.

Enters: the folded text. Leaves: a span over the secret alone, without name, quotes or user. Test keys and placeholders
(``sk_test_``, ``...EXAMPLE``, ``your-api-key``, ``xxxx``, ``${TOKEN}``, ``<token>``) are left alone, and in assignments so is
what reads as a word, a name, a path or a call: the value must look random.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import log2
from typing import ClassVar, NamedTuple

from filters.pii.alternation import one_of, word_list
from filters.pii.shape import ascii_shape
from filters.pii.span import Span

_PROVIDERS: tuple[tuple[str, str], ...] = (
    ("AKIA", r"[A-Z0-9]{16}"),
    ("ASIA", r"[A-Z0-9]{16}"),
    ("AIza", r"[\w-]{35}"),
    ("GOCSPX-", r"[\w-]{28}"),
    ("ya29.", r"[\w-]{30,500}"),
    *((f"gh{kind}_", r"[A-Za-z0-9]{36,255}") for kind in "pousr"),
    ("github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
    ("glpat-", r"[\w-]{20,64}"),
    ("gldt-", r"[\w-]{20,64}"),
    ("glrt-", r"[\w-]{20,64}"),
    *((f"xox{kind}-", r"[A-Za-z0-9]{2,}-[A-Za-z0-9-]{10,200}") for kind in "abeoprs"),
    ("xapp-", r"\d-[A-Z0-9]+-\d+-[a-f0-9]{32,}"),
    ("sk_live_", r"[A-Za-z0-9]{16,247}"),
    ("rk_live_", r"[A-Za-z0-9]{16,247}"),
    ("live_sk_", r"[A-Za-z0-9]{16,64}"),
    ("live_gsk_", r"[A-Za-z0-9]{16,64}"),
    ("whsec_", r"[A-Za-z0-9+/=]{24,64}"),
    ("sk-ant-", r"[\w-]{24,200}"),
    ("sk-proj-", r"[\w-]{40,250}"),
    ("sk-svcacct-", r"[\w-]{40,250}"),
    ("sk-or-v1-", r"[a-f0-9]{64}"),
    ("sk-", r"[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|[A-Za-z0-9]{32,64}"),
    ("npm_", r"[A-Za-z0-9]{36}"),
    ("pypi-", r"[\w-]{50,300}"),
    ("rubygems_", r"[a-f0-9]{48}"),
    ("dckr_pat_", r"[\w-]{27,}"),
    ("hf_", r"[A-Za-z0-9]{30,40}"),
    ("gsk_", r"[A-Za-z0-9]{48,60}"),
    ("pplx-", r"[A-Za-z0-9]{40,60}"),
    ("xai-", r"[A-Za-z0-9]{70,90}"),
    ("r8_", r"[A-Za-z0-9]{37,40}"),
    ("nvapi-", r"[\w-]{60,70}"),
    ("SG.", r"[\w-]{20,24}\.[\w-]{39,50}"),
    ("key-", r"[a-f0-9]{32}"),
    ("shpat_", r"[a-fA-F0-9]{32}"),
    ("shpss_", r"[a-fA-F0-9]{32}"),
    ("sq0atp-", r"[\w-]{22,}"),
    ("sq0csp-", r"[\w-]{40,}"),
    ("dapi", r"[a-f0-9]{32}"),
    ("dop_v1_", r"[a-f0-9]{64}"),
    ("hvs.", r"[\w-]{24,200}"),
    ("lin_api_", r"[A-Za-z0-9]{32,48}"),
    ("ntn_", r"[A-Za-z0-9]{40,50}"),
    ("figd_", r"[\w-]{38,50}"),
    ("glsa_", r"[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    ("glc_", r"[A-Za-z0-9+/=]{32,400}"),
    ("sbp_", r"[a-f0-9]{40}"),
    ("tskey-", r"[a-z]+-[\w-]{20,80}"),
    ("NRAK-", r"[A-Z0-9]{27}"),
    ("PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("ATATT3x", r"[\w=-]{50,250}"),
    ("AGE-SECRET-KEY-1", r"[0-9A-Z]{58}"),
    ("EAACEdEose0cBA", r"[A-Za-z0-9]{20,250}"),
    ("eyJ", r"[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}"),
    ("https://hooks.slack.com/services/", r"T[A-Z0-9]{6,12}/B[A-Z0-9]{6,12}/[A-Za-z0-9]{20,28}"),
    ("https://discord.com/api/webhooks/", r"\d{17,20}/[\w-]{60,72}"),
)
_SHORTEST_KEY = 16
_MIN_CHANGES = 3
_CHANGES = re.compile(r"(?<=[a-zA-Z])[0-9]|(?<=[0-9])[a-zA-Z]|(?<=[a-z])[A-Z]")
"""Where letters and digits, or small and capital letters, meet."""
_DIGIT = re.compile("[0-9]")
_NAME_PARTS = re.compile("key|secret|token|pass|pwd|credential|client|auth|bearer|basic|[번드호키릿큰]")
"""One of these is in every name that `named` knows, in small letters."""
_KEY_CHARACTERS = bytes(ord("k") if re.match(r"[A-Za-z0-9_+/.~%:-]", chr(code)) else ord(" ") for code in range(256))
"""For `bytes.translate`: `k` for what keys are made of, a blank for all else."""
_LONG_RUN = b"k" * _SHORTEST_KEY
_SHORTEST_PROVIDED = 20
_PASSWORD_SIGNS = (b"pass", b"pwd")
_PASSWORD_SIGNS_KOREAN = ("비밀번호", "비번", "패스워드", "암호")
_REPEATED = re.compile(r"(.)\1{5}")
_JWT_IO_SIGNATURE = "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
"""The signature of the token that every tutorial of RFC 7519 shows."""

_PLACEHOLDER_WORDS = word_list("""
    example sample dummy fake your changeme change_me change-me placeholder xxxx insert replace todo redacted abcdefgh
    qwerty sk_test pk_test test_sk test_ck test_key testkey notreal foobar **** .... secret password passwd token none null
    undefined default my_ my- test- test_ localhost hunter2 helloworld < > ${ {{ %( $( process.env os.environ 여기 입력
    예시
""")


class _Patterns(NamedTuple):
    """See `_patterns`."""

    provided: re.Pattern[str]
    bodies: dict[str, re.Pattern[str]]
    named: re.Pattern[str]
    password: re.Pattern[str]
    url: re.Pattern[str]
    bot: re.Pattern[str]
    placeholder: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """All that is searched for; `named` judges what stands in front of a run that is long enough for a key."""
    latin = (
        r"(?i:api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key|service[_-]?key|signing[_-]?key|encryption[_-]?key"
        r"|account[_-]?key|[_-]key|secret|token|password|passwd|passphrase|pwd|credentials?|client[_-]?id[_-]?secret|authorization|bearer|basic)"
    )
    korean = r"(?:비밀번호|패스워드|비번|암호|인증\s?키|서비스\s?키|시크릿(?:\s?키)?|토큰|API\s?키|액세스\s?키|비밀\s?키)"
    # From a name to its value: an operator, blanks, tables, arrows, brackets, 은(는), the next line.
    words = r"(?:은\(는\)|[은는이가을를]|값은|변경됨|알려[ ]주세요|남길게요|</t[hd]>\s{0,2}<td>|(?i:bearer|basic))"
    given_latin = r"(?<=[pP])(?i:assword|asswd|assphrase|wd)\w{0,12}[\"'\]]?[ \t]{0,4}(?::=|=>|==?|:)[ \t]{0,4}"
    given_korean = r"(?:(?<=비)(?:밀번호|번)|(?<=패)스워드|(?<=암)호)(?:[는은]\s|[\"']?\s?[:=]\s?)"
    value = r"(?P<quote>[\"'`]?)(?P<value>[^\s\"'`,;<>(){}\[\]&가-힣]{6,64})(?P<tail>.?)"
    password = rf"[pP비패암](?:{given_latin}|{given_korean}){value}"
    return _Patterns(
        provided=re.compile(rf"(?<![A-Za-z0-9_-]){one_of(prefix for prefix, _ in _PROVIDERS)}"),
        bodies={prefix: re.compile(f"(?:{body})(?![A-Za-z0-9])", re.ASCII) for prefix, body in _PROVIDERS},
        named=re.compile(
            rf"(?=[aspectbASPECTB_비패암인서시토액-])(?:{latin}[A-Za-z0-9_]{{0,12}}|{korean})[^A-Za-z0-9_가-힣+/]{{0,12}}(?:{words}[^A-Za-z0-9_가-힣+/]{{0,6}}(?:A\.\s)?)?$"
        ),
        password=re.compile(password, re.ASCII),
        url=re.compile(r"://[^\s:/@\"'<>]{1,64}:(?P<value>[^\s:/@\"'<>{}$%]{4,128})@[A-Za-z0-9\[]"),
        bot=re.compile(r"(?<![A-Za-z0-9_:])[0-9]{8,10}:AA[A-Za-z0-9_-]{32,33}(?![A-Za-z0-9_-])"),
        placeholder=re.compile(one_of(_PLACEHOLDER_WORDS)),
    )


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """Secrets of services and programs; see the module docstring."""

    entity: ClassVar[str] = "API_KEY"
    trigger: ClassVar[str] = "word"
    # Asked of every text: its own first search, for a long run of a key's characters, costs less than looking for words.
    words: ClassVar[tuple[str, ...]] = ("",)

    def find(self, text: str) -> Iterator[Span]:
        """Every secret; one that a provider's format and a name both mark is yielded twice."""
        shape = ascii_shape(text)
        for start, end in _runs(shape):
            for first, last, score in _keys_in_run(text, start, end):
                yield Span(first, last, self.entity, score)
        if any(sign in shape for sign in _PASSWORD_SIGNS) or any(sign in text for sign in _PASSWORD_SIGNS_KOREAN):
            for match in _patterns().password.finditer(text):
                value = match["value"] if match["quote"] else match["value"].rstrip(".,:!?")
                is_closed = match["tail"] == match["quote"] or (not match["quote"] and match["tail"] not in ("(", "[", "{"))
                if is_closed and _is_password(value):
                    start = match.start("value")
                    yield Span(start, start + len(value), self.entity, 0.8)
        if "://" in text and "@" in text:
            for match in _patterns().url.finditer(text):
                if not _is_placeholder(match["value"]) and match["value"].lower() not in ("pass", "pwd", "user"):
                    yield Span(*match.span("value"), self.entity, 0.85)


def _runs(shape: bytes) -> Iterator[tuple[int, int]]:
    """Ranges of long runs of the characters that keys are made of, with the padding of Base64."""
    marks = shape.translate(_KEY_CHARACTERS)
    start = marks.find(_LONG_RUN)
    while start >= 0:
        end = marks.find(b" ", start)
        end = len(marks) if end < 0 else end
        padding = shape[end : end + 2]
        yield start, end + len(padding) - len(padding.lstrip(b"="))
        start = marks.find(_LONG_RUN, end)


def _keys_in_run(text: str, first: int, last: int) -> Iterator[tuple[int, int, float]]:
    """Ranges of keys in a long run of the characters that keys are made of: by a provider's format, or by the name in front."""
    patterns = _patterns()
    is_long = last - first >= _SHORTEST_PROVIDED
    for head in patterns.provided.finditer(text, first, last) if is_long else ():
        body = patterns.bodies[head[0]].match(text, head.end())
        if body is not None and not _is_placeholder(body[0]) and _JWT_IO_SIGNATURE not in body[0]:
            yield head.start(), body.end(), 1.0
    found = text[first:last]
    if ":AA" in found:
        for bot in patterns.bot.finditer(text, first, last):
            yield *bot.span(), 1.0
    value = found.rpartition(":")[2].rstrip(".")
    if len(value) < _SHORTEST_KEY or _DIGIT.search(value) is None or len(_CHANGES.findall(value)) < _MIN_CHANGES:
        return
    start = first + found.rfind(":") + 1
    if _is_named(text[max(0, start - 48) : start]) and _is_random(value) and not _is_placeholder(value):
        yield start, start + len(value), 0.8


def _is_named(before: str) -> bool:
    """Whether the name of a secret stands in front of its value; a look for parts of such names first, which is quicker."""
    return _NAME_PARTS.search(before.lower()) is not None and _patterns().named.search(before) is not None


def _is_password(value: str) -> bool:
    """Whether a value given as a password is one: a mix of kinds of characters, not a word, a name or a call."""
    if not 8 <= len(value) <= 64 or _is_placeholder(value) or re.search(r"[\d!@#$%^&*]", value) is None:
        return False
    kinds = sum(re.search(kind, value) is not None for kind in ("[a-z]", "[A-Z]", r"\d", r"[^A-Za-z0-9_.\-/]"))
    return kinds >= 3


def _is_random(value: str) -> bool:
    """Whether a string has 16 and more characters of a key's alphabet with digits mixed in and high entropy."""
    if len(value) < _SHORTEST_KEY or not _DIGIT.search(value) or not re.search(r"[A-Za-z]", value):
        return False
    # Names such as `oauth2_access_scope` are words joined by signs: few changes between letters and digits.
    changes = len(_CHANGES.findall(value))
    counts = Counter(value)
    entropy = -sum(count / len(value) * log2(count / len(value)) for count in counts.values())
    if re.fullmatch(r"[0-9a-fA-F-]+", value) is not None:
        return entropy >= 2.8 and changes >= 4
    return entropy >= 3.3 and changes >= max(3, len(value) // 9)


def _is_placeholder(value: str) -> bool:
    """Whether a value only stands for a secret."""
    if _patterns().placeholder.search(value.lower()):
        return True
    return len(set(value)) < 6 or _REPEATED.search(value) is not None or value.startswith(("$", "%", "./", "http"))
