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
    ("a budget of zero", GOOD + "total_tokens = 0\n", ":11: mix.total_tokens: a budget of 0 tokens makes no mix; give 1 or more, or leave it out"),
    ("half an epoch", GOOD + "max_epochs = 2.5\n", ":11: mix.max_epochs: Input should be a valid integer"),
    ("too many epochs", GOOD + "max_epochs = 17\n", ":11: mix.max_epochs: Input should be less than or equal to 16"),
    ("a cold temperature", GOOD + "temperature = 0.5\n", ":11: mix.temperature: Input should be greater than or equal to 1"),
    ("what is short", GOOD + 'short = "shrnk"\n', ":11: mix.short: 'shrnk' is not one of them; did you mean 'shrink'?"),
    ("a segment of languages", GOOD + "[mix.languages.multilingua]\nen = 1\n", ":11: mix.languages.multilingua: unknown key 'multilingua'; did you mean 'multilingual'?"),
    ("languages that do not sum", GOOD + "[mix.languages.multilingual]\nen = 0.5\nja = 0.2\n", ":11: mix.languages.multilingual: shares inside a segment must sum to 1: en 0.5 + ja 0.2 = 0.7; others = 0.3 is for all that are not named"),
    ("languages above one", GOOD + "[mix.languages.multilingual]\nen = 0.9\nothers = 0.2\n", "must sum to 1: en 0.9 + others 0.2 = 1.1"),
    ("a language of another segment", GOOD + "[mix.languages.multilingual]\nko = 1\n", ":12: mix.languages.multilingual.ko: 'ko' is no language of multilingual"),
    ("a slip of a language", GOOD + "[mix.languages.multilingual]\njp = 1\n", "'jp' is no language of multilingual; did you mean 'ja'? (segments.multilingual lists them)"),
    ("a programming language", GOOD + "[mix.languages.code]\npyton = 1\n", ":12: mix.languages.code.pyton: 'pyton' is no language of code; did you mean 'python'?"),
    ("a share of a language", GOOD + "[mix.languages.code]\npython = 1.5\n", ":12: mix.languages.code.python: Input should be less than or equal to 1"),
    ("no such source", GOOD + "[mix.sources.wen]\nmin = 0.1\n", ":11: mix.sources.wen: there is no source 'wen'; did you mean 'web'?"),
    ("a key of a source", GOOD + "[mix.sources.web]\nweigth = 0.1\n", ":12: mix.sources.web.weigth: unknown key 'weigth'; did you mean 'weight'?"),
    ("min above max", GOOD + "[mix.sources.web]\nmin = 0.3\nmax = 0.2\n", ":12: mix.sources.web.min: min 0.3 is above max 0.2; swap or lower it"),
    ("a weight of zero", GOOD + "[mix.sources.web]\nweight = 0\n", ":12: mix.sources.web.weight: Input should be greater than 0"),
    ("maxima below the mix", GOOD + "[mix.sources.web]\nmax = 0.5\n", "mix.sources: the sources' max sum to 0.5, less than the mix; raise one of them"),
    ("minima above the mix", GOOD + '[mix.sources.web]\nmin = 0.6\n[mix.sources.b]\nmin = 0.6\n[[source]]\nname = "b"\nformat = "jsonl"\npaths = ["b"]\n', "mix.sources: the sources' min sum to more than the mix: web 0.6 + b 0.6 = 1.2"),
    ("too few factors", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nbuckets = [0.5]\nfactors = [1]\n", ":15: mix.knowledge.factors: 1 bounds make 2 buckets, and there are 1 factors; give one for each bucket"),
    ("no factors", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nbuckets = [0.5]\n", ":14: mix.knowledge.buckets: 1 bounds make 2 buckets, and there are 0 factors"),
    ("buckets that do not ascend", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nbuckets = [0.5, 0.25]\nfactors = [1, 2, 3]\n", ":14: mix.knowledge.buckets: must ascend: [0.5, 0.25]; sort them, each once"),
    ("a bound of no score", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nbuckets = [1.5]\nfactors = [1, 2]\n", ":14: mix.knowledge.buckets: bounds lie between 0 and 1"),
    ("a factor of zero", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nfactors = [0]\n", ":14: mix.knowledge.factors[1]: Input should be greater than 0"),
    ("factors and a curve", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\nfactors = [2]\ncurve = { power = 1 }\n", ":15: mix.knowledge.curve: give buckets and factors, or a curve, not both"),
    ("a key of a curve", GOOD + "[knowledge]\ntrain = true\n[mix.knowledge]\ncurve = { highst = 1 }\n", "mix.knowledge.curve.highst: unknown key 'highst'; did you mean 'highest'?"),
    ("knowledge that nothing scores", GOOD + "[mix.knowledge]\nfactors = [2]\n", ":11: mix.knowledge: documents have no knowledge score to go by; set knowledge.train = true, or knowledge.model"),
    ("lengths the wrong way round", GOOD + "[pack]\nsequence_length = 4096\nlong_sequence_length = 4096\n", ":13: pack.long_sequence_length: 4096 is not above sequence_length 4096; raise it, or set long_share = 0"),
    ("a split of FIM", GOOD + '[fim]\nsplit = "third"\n', ":12: fim.split: 'third' is not one of them; did you mean 'thirds'?"),
    ("a rate of FIM", GOOD + "[fim]\ncode = 2\n", ":12: fim.code: Input should be less than or equal to 1"),
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


def test_the_mix(tmp_path: Path) -> None:
    text = GOOD + (
        'max_epochs = 3\n[mix.languages.multilingual]\nen = "2/3"\nothers = "1/3"\n[mix.languages.code]\npython = 1\n'
        "[mix.sources.web]\nweight = 2\nmax = 1\n[knowledge]\ntrain = true\n[mix.knowledge]\ncurve = {}\n"
        '[fim]\ncode = 0\nsplit = "random"\n[pack]\nsequence_length = 65536\nlong_share = 0\n'
    )
    recipe = load_recipe(write(tmp_path, text)).recipe
    assert (recipe.mix.max_epochs, recipe.mix.total_tokens, recipe.mix.temperature, recipe.mix.short) == (
        3,
        None,
        1.0,
        "shrink",
    )
    assert recipe.mix.languages.multilingual == {"en": 2 / 3, "others": 1 / 3}
    assert recipe.mix.sources["web"].model_dump() == {"weight": 2.0, "min": 0.0, "max": 1.0}
    assert recipe.mix.knowledge.curve is not None
    assert recipe.mix.knowledge.curve.model_dump() == {"lowest": 1.0, "highest": 3.0, "power": 2.0}
    assert recipe.mix.knowledge.segments == ["korean", "multilingual"]
    assert recipe.fim.model_dump() == {"korean": 0.1, "multilingual": 0.1, "code": 0.0, "spm": 0.5, "split": "random"}
    assert (recipe.pack.long_sequence_length, recipe.pack.long_share) == (32_768, 0.0)


@pytest.mark.parametrize("path", sorted(Path("recipes").glob("*.toml")), ids=str)
def test_shipped_recipes_load(path: Path) -> None:
    assert load_recipe(str(path)).recipe.source
