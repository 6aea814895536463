"""Files with next to no code."""

import pytest

from filters.rules.code_too_little import CodeTooLittle
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of

LICENCE = "/*\n * Copyright (c) 2020 누구\n * Permission is hereby granted, free of charge, to any person\n */\n"


@pytest.mark.parametrize(
    ("text", "language", "rules"),
    [
        (PYTHON, "python", []),
        ("# 이 함수는 두 수를 더한다. 값은 정수이다.\n" * 30 + PYTHON, "python", []),
        (LICENCE, "c", ["code_licence_only"]),
        (LICENCE + "int add(int a, int b) { return a + b; }\n", "c", []),
        ("# 저작권자가 모든 권리를 가진다\n", "python", ["code_licence_only"]),
        ('"""설명만 있는 꾸러미."""\n', "python", ["code_only_comments"]),
        ("# a\n# b\n", "shell", ["code_only_comments"]),
        (
            "from .a import b\nfrom .c import (\n    d,\n    e as f,\n)\n\n__all__ = [\n    'b',\n    'd',\n]\n",
            "python",
            ["code_too_little"],
        ),
        ("import os\nimport sys\n", "python", ["code_too_little"]),
        ("import os\nif os.name == 'nt':\n    from .windows import open_file\n", "python", []),
        ("export * from './a';\nexport { b, c as d } from './c';\n", "typescript", ["code_too_little"]),
        ("import { a } from './a';\nexport const run = () => a(1, 2);\n", "typescript", []),
        ('#pragma once\n#include <stdio.h>\n#include "a.h"\n', "c", ["code_too_little"]),
        ("#pragma once\n#define MAXIMUM_LENGTH 100\n", "c", []),
        ("package a.b;\n\nimport java.util.List;\n", "java", ["code_too_little"]),
        ("pub mod a;\npub use a::{B, C};\n", "rust", ["code_too_little"]),
        ("x = 1\n", "python", ["code_too_little"]),
        ("pass\n", "python", ["code_too_little"]),
        ("# 제목\n\n글만 있는 문서.\n", "markdown", []),
        ("", "python", []),
    ],
)
def test_rules(text: str, language: str, rules: list[str]) -> None:
    assert [failure.rule for failure in failures_of(CodeTooLittle(), text, language)] == rules


def test_what_is_left_is_told() -> None:
    (failure,) = failures_of(CodeTooLittle(min_code_lines=3), "import os\nx = 1\n")
    assert (failure.value, failure.threshold) == (1, 3)
    assert failure.detail == "besides imports and comments: x = 1"


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_too_little: min_code_lines = -1 is too small"):
        CodeTooLittle(min_code_lines=-1)


def test_hostile() -> None:
    check_hostile(CodeTooLittle())
