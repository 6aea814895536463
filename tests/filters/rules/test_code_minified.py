"""Minified and obfuscated code."""

import pytest

from filters.rules.code_minified import CodeMinified
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of

MINIFIED = "!function(e,t){var n=e.a,r=t.b;n&&r(n),e.c=function(o){return o.d(n,r)}}(window,{b:f});"
JAVASCRIPT = (
    "// 단추를 누르면 목록을 다시 그린다\nfunction refresh(list) {\n  for (const item of list) {\n    draw(item);\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("text", "language", "rules"),
    [
        (PYTHON * 20, "python", []),
        (JAVASCRIPT * 20, "javascript", []),
        (MINIFIED * 20, "javascript", ["code_minified"]),
        ("\n".join([MINIFIED * 5] * 10), "javascript", ["code_minified"]),
        ("/*! licence of the library, in words */\n" + MINIFIED * 20, "javascript", ["code_minified"]),
        (MINIFIED, "javascript", []),
        (".a{margin:0;padding:0}.b>.c{color:#fff;top:0}" * 40, "css", ["code_minified"]),
        ("var _0x3fa2=_0x11bc(0x1), _0x9a1f = _0x3fa2 + 1;\n" * 30, "javascript", ["code_obfuscated"]),
        ("eval(function(p,a,c,k,e,d){e=function(c){return c};return p}('0 1',2,2,'a|b'.split('|'),0,{}))\n" + JAVASCRIPT * 10,
         "javascript", ["code_obfuscated"]),
        ("import base64\nexec(base64.b64decode('aW1wb3J0IG9z'))\n" + PYTHON * 10, "python", ["code_obfuscated"]),
        ('{"a":1,"b":[1,2,3]}' * 100, "json", []),
    ],
)  # fmt: skip
def test_rules(text: str, language: str, rules: list[str]) -> None:
    assert [failure.rule for failure in failures_of(CodeMinified(), text, language)] == rules


def test_the_measure_is_told() -> None:
    (failure,) = failures_of(CodeMinified(), MINIFIED * 20, "javascript")
    assert (round(failure.value or 0, 4), failure.threshold) == (0.0235, 0.15)
    assert failure.detail == "2.4% of the code is white space; 100% of it stands in lines over 300 characters"


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_minified: min_space_fraction = 3 is not a share"):
        CodeMinified(min_space_fraction=3)


def test_hostile() -> None:
    check_hostile(CodeMinified())
