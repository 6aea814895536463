"""Recipes: every mistake is told with its key, its line and the nearest right name."""

from pathlib import Path

import pytest

import malmoi
from pipelines.recipe import RecipeError, load_recipe

GOOD = """\
name = "r"
[[source]]
name = "web"
format = "jsonl"
paths = ["*.jsonl"]
[tokenizer]
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
"""


def write(tmp_path: Path, text: str) -> str:
    path = tmp_path / "r.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


MISTAKES = [
    ("a mistyped key", GOOD.replace("name = \"r\"", "name = \"r\"\nsed = 1"), ":2: sed: unknown key 'sed'; did you mean 'seed'?"),
    ("in a source", GOOD.replace("paths =", "path ="), ":5: source[1].path: unknown key 'path'; did you mean 'paths'?"),
    ("a missing key", GOOD.replace('paths = ["*.jsonl"]\n', ""), ":2: source[1].paths: missing key 'paths'"),
    ("a missing section", GOOD.replace("[tokenizer]\n", ""), "tokenizer: missing section [tokenizer]"),
    ("no source", GOOD[: GOOD.index("[[")] + GOOD[GOOD.index("[tok") :], "source: missing section [[source]]"),
    ("a wrong format", GOOD.replace('"jsonl"', '"json"'), ":4: source[1].format: 'json' is not one of them; did you mean 'jsonl'?"),
    ("an unknown language", GOOD + '[segments]\nkorean = ["kr"]\n', ":12: segments.korean: unknown language 'kr'; did you mean 'ko'?"),
    ("a filter for no language", GOOD + "[filter.jp.length]\n", ":11: filter.jp: unknown language 'jp'; did you mean 'ja'?"),
    ("an unknown rule", GOOD + "[filter.ko.gopher]\n", ":11: filter.ko.gopher: unknown rule or key 'gopher'; did you mean 'gopher_quality'?"),
    ("a key of a rule", GOOD + "[filter.ko.length]\nmin_char = 3\n", ":12: filter.ko.length.min_char: unknown key 'min_char'"),
    ("a share that does not sum", GOOD.replace('code = "1/3"', "code = 0.2"), ":7: mix: shares must sum to 1"),
    ("a share above one", GOOD.replace('code = "1/3"', "code = 1.2"), ":10: mix.code: Input should be less than or equal to 1"),
    ("a word for a number", GOOD + "[pack]\nsequence_length = \"4k\"\n", ":12: pack.sequence_length: Input should be a valid integer"),
    ("a bad size", GOOD.replace("[tokenizer]", '[tokenizer]\ntrain_bytes = "12 bananas"'), ":7: tokenizer.train_bytes: could not"),
    ("one language twice", GOOD + '[segments]\nmultilingual = ["en", "ko"]\n', ":11: segments: ko stands in both segments"),
    ("two sources of one name", GOOD + '[[source]]\nname = "web"\nformat = "jsonl"\npaths = ["b"]\n', ":12: source[2].name: two sources"),
    ("no such base", 'extends = "koreann"\n' + GOOD, ":1: extends: no shipped recipe 'koreann'; did you mean 'korean'?"),
    ("no such base file", 'extends = "x.toml"\n' + GOOD, ":1: extends: there is no "),
    ("an entity of PII", GOOD + '[pii]\nentities = ["KR_RRM"]\n', ":12: pii.entities: unknown entity 'KR_RRM'; did you mean 'KR_RRN'?"),
    ("a policy of PII", GOOD + '[pii.policies]\nPERSON = "hide"\n', ":12: pii.policies.PERSON: 'hide' is not one of them"),
    ("no such splitter", GOOD + '[filter.ko]\nwords = "kiwii"\n', ":12: filter.ko.words: unknown word splitter 'kiwii'; did you mean 'kiwi'?"),
    ("no such encoding", GOOD.replace("[tok", 'encoding = "euckrr"\n[tok', 1), ":6: source[1].encoding: unknown encoding 'euckrr'"),
    ("not TOML", "name = \n", "not valid TOML: Invalid value (at line 1, column 8)"),
    ("a table that is none", GOOD + "[filter]\nko = 3\n", ":12: filter.ko: must be a table such as [filter.ko.gopher_quality]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(RecipeError) as raised:
        load_recipe(path)
    assert told in str(raised.value)
    for command in (["show", path], ["build", path, "--out", str(tmp_path / "run")]):
        assert malmoi.main(command) == 2
        assert told in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as raised:
        load_recipe(write(tmp_path, GOOD.replace("format", "fromat").replace("[mix]", "[mixx]")))
    assert str(raised.value).count("\n") >= 3


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such recipe"):
        load_recipe(str(tmp_path / "none.toml"))
    with pytest.raises(RecipeError, match="is a directory"):
        load_recipe(str(tmp_path))


def test_defaults_fill_in_and_languages_go_over_them(tmp_path: Path) -> None:
    text = GOOD + (
        "[filter.default.length]\nmin_chars = 10\nmax_chars = 99\n[filter.default.code_quality]\n"
        "[filter.ko]\ncode_quality = false\n[filter.ko.length]\nmin_chars = 5\n"
    )
    recipe = load_recipe(write(tmp_path, text)).recipe
    assert recipe.mix.korean == pytest.approx(1 / 3)
    assert set(recipe.rules_for("ko").rules) == {"length"}
    assert recipe.rules_for("ko").rules["length"] == {"min_chars": 5, "max_chars": 99}
    assert set(recipe.rules_for("en").rules) == {"length", "code_quality"}
    assert recipe.rules_for("code").rules == {}


def test_fingerprint_is_of_the_meaning(tmp_path: Path) -> None:
    plain = load_recipe(write(tmp_path, GOOD)).recipe.fingerprint()
    assert (
        load_recipe(write(tmp_path, "# a comment\n" + GOOD + "[pack]\nsequence_length = 4096\n")).recipe.fingerprint() == plain
    )
    assert load_recipe(write(tmp_path, GOOD + "[pack]\nsequence_length = 2048\n")).recipe.fingerprint() != plain


@pytest.mark.parametrize("path", sorted(Path("recipes").glob("*.toml")), ids=str)
def test_shipped_recipes_load(path: Path) -> None:
    assert load_recipe(str(path)).recipe.source
