"""Does a label or an office in front of a word say that the word is a name?

Enters: the folded text and where the word begins. Leaves: the kind of sign in front of it. Forms and tables separate a label
from its value in many ways: a colon, blanks, brackets, dashes, dots, arrows, the border of a cell, the end of the line.
"""

import re
from functools import cache
from typing import NamedTuple

from filters.pii.name_contexts import COLON_LABELS, FORM_LABELS, TITLES_BEFORE

_BETWEEN = " \t\n:=|)]>([<\"'→⇒▷►▶『』「」〈〉.…·①②③④⑤⑥⑦⑧⑨-"
"""What separates a label from a name."""

_REACH = 40
"""How far in front of a name a label may begin, in characters."""


class _Patterns(NamedTuple):
    """See `_patterns`."""

    bracketed: re.Pattern[str]
    filler: re.Pattern[str]
    latin_field: re.Pattern[str]
    role: re.Pattern[str]
    line: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    """What can stand between a label and a name, and labels that are no fixed words."""
    latin = r"(?:full|user|customer|real)?[ _]?name|author|customer|owner|applicant|contact|manager|writer|sender|receiver"
    return _Patterns(
        bracketed=re.compile(r"[ \t]{0,2}\((?:한글|성명|영문|이름|인|명|개인|법인|대표|갑|을|병|본인|남|여)[^()\n]{0,8}\)$"),
        filler=re.compile(r"(?<=[가-힣 >])(?:은\(는|변경됨|알려[ ]주세요\s{1,4}A|</t[hd]>\s{0,2}<td)$"),
        latin_field=re.compile(rf"(?:^|[^A-Za-z])(?i:{latin})[\"']?$"),
        role=re.compile(r"(?:^|[^가-힣])[가-힣]{1,7}[자인]$"),
        line=re.compile(r"[가-힣]{2,4}[ \t]{0,4}(?:\n|$)"),
    )


@cache
def labels() -> dict[str, str]:
    """Each label with what it needs before a name: `form` nothing, `colon` a sign, `office` a blank, `either` one of these."""
    found = dict.fromkeys(COLON_LABELS, "colon") | dict.fromkeys(TITLES_BEFORE, "office")
    found |= {label: "either" for label in COLON_LABELS if label in TITLES_BEFORE}
    return found | dict.fromkeys(FORM_LABELS, "form")


@cache
def _longest_label() -> int:
    return max(map(len, labels()))


@cache
def _tails() -> frozenset[str]:
    """The last two characters of every label, of one character that."""
    return frozenset(label[-2:] for label in labels())


@cache
def led_by_label() -> str:
    """A pattern that holds behind a name of two to four syllables if a label, or another name of a list, may stand in front.

    Most words built like a name have neither, and looking at each of them with `label_before` would take longer than all else.
    """
    ends = re.escape("".join(sorted(_ends_of_labels() | set(",·/、및와과"))))
    between = re.escape("".join(sorted({*_BETWEEN, *",·/、"})))
    return "(?:" + "|".join(f"(?<=[{ends}][{between}]{'.' * length})" for length in (2, 3, 4)) + ")"


@cache
def _ends_of_labels() -> frozenset[str]:
    """The characters that may stand last in what is in front of a name."""
    return frozenset({label[-1] for label in labels()} | set("자인이은Aderadt") | set(_BETWEEN))


def label_before(text: str, start: int) -> str:
    """What kind of label ends in front of `start`; an empty string where there is none.

    `colon`: the field of a form and a sign that its value follows. `sign`: another label with such a sign. `form`: the field
    of a form or a party of a case without one. `line`: a label on the line before. `office`, `role`: an office or role right
    before the name. `said`: 성함이, 이름은.
    """
    if start < 2 or text[start - 1] not in _BETWEEN or text[start - 2] not in _ends_of_labels():
        return ""
    left = text[max(0, start - _REACH) : start]
    label = left.rstrip(_BETWEEN)
    bracket = _patterns().bracketed.search(left.rstrip(" \t:=|-")) if ")" in left[len(label) :] else None
    filler = None if bracket is not None else _patterns().filler.search(label)
    inserted = bracket or filler
    if inserted is not None:
        label = left[: inserted.start()].rstrip(_BETWEEN)
    between = left[len(label) :]
    has_sign = filler is not None or any(sign in between for sign in ":|=\t→▷►<")
    need, word = _need(label)
    if not need:
        is_field = has_sign and label[-1:].isascii() and _patterns().latin_field.search(label) is not None
        return "sign" if is_field else _loose_label(label, between)
    if has_sign:
        return {"form": "colon", "office": ""}.get(need, "sign")
    if "\n" in between:
        return "line" if need == "form" and _is_own_line(text, start, label, is_cut=len(left) == _REACH) else ""
    if need == "form":
        return "colon" if any(sign in between for sign in ("--", " - ", "...", "『", "』", "(")) else "form"
    return "office" if need in ("office", "either") and (between == " " or word == "이름") else ""


def _loose_label(label: str, between: str) -> str:
    """`role` behind any noun for a person in some role (…자, …인), `said` behind 성함이 and the like."""
    if between != " " or label[-1:] not in ("자", "인", "이", "은"):
        return ""
    if label[-1] in "이은":
        return "said" if label[-3:-1] in ("성함", "성명", "이름") else ""
    return "role" if _patterns().role.search(label) is not None else ""


def _is_own_line(text: str, start: int, label: str, *, is_cut: bool) -> bool:
    """Whether the label fills its line and the name that begins at `start` the next one; `is_cut` if `label` may be longer."""
    _, newline, line = label.rpartition("\n")
    is_label = line.strip(" \t-·□○*[(<").replace(" ", "") in labels() and (bool(newline) or not is_cut)
    return is_label and _patterns().line.match(text, start) is not None


def _need(left: str) -> tuple[str, str]:
    """What the label at the end of `left` needs, as in `labels`, with the label; empty strings where there is none."""
    squeezed = "".join(left[-16:].split())
    if squeezed[-2:] not in _tails() and squeezed[-1:] not in _tails():
        return "", ""
    for length in range(min(_longest_label(), len(squeezed)), 0, -1):
        word = squeezed[-length:]
        need = labels().get(word)
        if need is None:
            continue
        if need == "form" and length > 1:
            return need, word
        is_word_start = left.endswith(word) and (len(left) == length or not "가" <= left[-length - 1] <= "힣")
        return (need, word) if is_word_start else ("", "")
    return "", ""
