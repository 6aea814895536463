"""Data in the dress of code."""

import base64

import pytest

from filters.rules.code_data import CodeData
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of

ARRAY = "TABLE = [\n" + "    0x1a, 0x2b, 255, -12.5e3, None,\n" * 100 + "]\n"
WORDS = "NAMES = {\n" + "".join(f'    "이름{n}": ("값", {n}),\n' for n in range(200)) + "}\n"
BLOB = f'ICON = "{base64.b64encode(bytes(range(256)) * 20).decode()}"\n'
ESCAPES = "".join(f"\\x{7 * n % 256:02x}" for n in range(40))
INSERTS = "".join(f"INSERT INTO city (id, name) VALUES ({n}, '서울{n}');\n" for n in range(50))
TEXTS = "MESSAGES = [\n" + '    "이것은 사람이 쓴 긴 설명이다. 화면에 그대로 나온다. ' + "그래서 " * 40 + '",\n' * 1 + "]\n"
JSON = '{"type": "FeatureCollection", "features": [' + '{"x": 127.1, "y": 37.5},' * 1000 + "{}]}"


@pytest.mark.parametrize(
    ("text", "language", "rules"),
    [
        (PYTHON * 50, "python", []),
        (ARRAY, "python", ["code_data"]),
        ("static const unsigned char t[] = {\n" + "  0x00, 0xff, 0x1f, 0x8b,\n" * 200 + "};\n", "c", ["code_data"]),
        (WORDS, "python", ["code_data"]),
        (ARRAY + PYTHON * 40, "python", []),
        (BLOB, "python", ["code_blob"]),
        (BLOB + PYTHON * 200, "python", []),
        (
            "ICON = (\n" + "".join(f'    "{BLOB[8 + n : 72 + n]}"\n' for n in range(0, 4000, 64)) + ")\n",
            "python",
            ["code_blob", "code_data"],
        ),
        (f"ICON = b'{ESCAPES}'\n" * 30, "python", ["code_blob"]),
        (TEXTS, "python", []),
        (INSERTS, "sql", ["code_data"]),
        ("CREATE TABLE city (id INT, name TEXT);\nSELECT name FROM city WHERE id = 1;\n" * 20, "sql", []),
        ("a,b,c\n" + "1,서울,3\n" * 40, "python", ["code_data"]),
        (JSON, "json", ["code_data_file"]),
        ('{"name": "a", "scripts": {"test": "pytest"}}', "json", []),
        ("key: value\n" * 5000, "yaml", ["code_data_file"]),
    ],
)
def test_rules(text: str, language: str, rules: list[str]) -> None:
    assert [failure.rule for failure in failures_of(CodeData(), text, language)] == rules


def test_the_detail_shows_a_line() -> None:
    (failure,) = failures_of(CodeData(), ARRAY)
    assert (round(failure.value or 0, 3), failure.threshold) == (0.997, 0.85)
    assert failure.detail == "100 lines of literals, such as 0x1a, 0x2b, 255, -12.5e3, None,"


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_data: max_blob_fraction = 40 is not a share"):
        CodeData(max_blob_fraction=40)


def test_hostile() -> None:
    check_hostile(CodeData())
