"""What a recipe says of documents, together and one by one."""

from pathlib import Path

import pytest

from filters.document import Document
from pipelines.judge import Judge
from pipelines.recipe import load_recipe

RULES = """\
[segments]
korean = ["ko"]
multilingual = ["en"]
[filter.default]
min_language_score = 0.5
ignore_fenced_code = true
[filter.default.length]
min_chars = 20
[filter.default.mojibake]
[filter.ko.gopher_quality]
min_doc_words = 5
min_avg_word_length = 1
min_stop_words = 0
[filter.code.code_quality]
min_chars = 40
"""
PROSE = "말모이는 조선어학회가 펴내려 한 첫 우리말 사전의 이름이다."
ENGLISH = "The name of the first dictionary of the Korean language means gathering words."


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    path = tmp_path_factory.mktemp("rules") / "rules.toml"
    path.write_text(RULES, encoding="utf-8")
    return Judge(load_recipe(str(path), rules_only=True).recipe)


TABLE = [
    ("prose", Document(id="1", text=PROSE), ("korean", "ko", [])),
    ("every failing rule", Document(id="2", text="짧은 글이다."), ("korean", "ko", ["gopher_too_few_words", "gopher_too_few_alpha_words", "length_too_few_chars"])),
    ("another language", Document(id="3", text=ENGLISH), ("multilingual", "en", [])),
    ("an unwanted one", Document(id="4", text="Это предложение написано по-русски."), ("", "ru", ["language_not_wanted"])),
    ("no letters", Document(id="5", text="1234 5678"), ("", "und", ["language_not_wanted"])),
    ("code", Document(id="6", text="x = 1", segment="code", language="python"), ("code", "python", ["code_too_few_chars"])),
    ("fenced code is not looked at", Document(id="7", text=f"그런 글이다.\n```\n{ENGLISH * 3}\n```"),
     ("korean", "ko", ["gopher_too_few_words", "gopher_too_few_alpha_words", "length_too_few_chars"])),
    ("unless there is nothing else", Document(id="8", text=f"```\n{ENGLISH * 3}\n```"), ("multilingual", "en", [])),
]  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_one(judge: Judge, document: Document, expected: tuple[str, str, list[str]]) -> None:
    (verdict,) = judge.judge([document])
    assert (verdict.segment, verdict.language, [failure.rule for failure in verdict.failures]) == expected


def test_together_they_are_judged_as_one_by_one(judge: Judge) -> None:
    documents = [row[1] for row in TABLE] * 3
    assert list(judge.judge(documents)) == [verdict for document in documents for verdict in judge.judge([document])]
    assert list(judge.judge([])) == []


def test_what_has_no_language_is_named_though_its_language_is_not_wanted(judge: Judge) -> None:
    broken = (PROSE * 3).encode().decode("latin-1")
    (verdict,) = judge.judge([Document(id="1", text=broken)])
    assert "mojibake" in {failure.rule for failure in verdict.failures}, verdict


def test_a_recipe_may_stand_on_another(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(RULES, encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "base.toml"\n[filter.default.length]\nmin_chars = 1\n[filter.ko]\ngopher_quality = false\n', "utf-8"
    )
    recipe = load_recipe(str(own), rules_only=True).recipe
    assert recipe.rules_for("ko").rules == {
        "length": {"min_chars": 1, "max_chars": None},
        "mojibake": load_recipe(str(tmp_path / "base.toml"), rules_only=True).recipe.rules_for("ko").rules["mojibake"],
    }
    assert recipe.segments.multilingual == ["en"]
