"""A recipe of a few plain rules, whose verdicts can be counted by hand: what the tests of the commands judge by."""

from pathlib import Path

RECIPE = """\
name = "commands"
[[source]]
name = "s"
format = "jsonl"
paths = ["none.jsonl"]
[segments]
korean = ["ko"]
multilingual = ["en"]
[filter.ko.length]
min_chars = 20
[filter.code.code_too_little]
[tokenizer]
path = "tokenizer.json"
[mix]
korean = "1/3"
multilingual = "1/3"
code = "1/3"
"""


def write_recipe(directory: Path) -> str:
    path = directory / "recipe.toml"
    path.write_text(RECIPE, encoding="utf-8")
    return str(path)
