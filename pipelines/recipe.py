"""Recipes: the TOML file that says what a build does, checked whole before anything runs.

Every mistake is told with its key, its line and the nearest right name; ``load_recipe`` collects them all.
"""

import dataclasses
import importlib
import json
import os
import pkgutil
import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

import filters.rules
from filters.language_codes import LANGUAGE_CODES

from .mix_mistakes import check_mix
from .recipe_mistakes import Location, Mistakes, RecipeError, nearest
from .recipe_tables import NO_RULES, LanguageRules, Pii, Recipe, Source


@dataclasses.dataclass(frozen=True)
class LoadedRecipe:
    """A recipe with the text it came from and the directory that its relative paths start from."""

    recipe: Recipe
    text: str
    directory: str


def rule_names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(filters.rules.__path__))


def rule_class(name: str) -> Any:
    """The class of a rule by the name of its module: ``gopher_quality`` -> ``GopherQuality``."""
    module = importlib.import_module(f"filters.rules.{name}")
    return getattr(module, "".join(word.capitalize() for word in name.split("_")))


def made_rule(name: str, settings: Mapping[str, Any]) -> Any:
    """A rule with settings as a recipe holds them: JSON knows no tuples, frozen rules want them."""

    def frozen(value: Any) -> Any:
        return tuple(frozen(item) for item in cast(list[Any], value)) if isinstance(value, list) else value

    return rule_class(name)(**{key: frozen(value) for key, value in settings.items()})


#: What a recipe that is asked for its rules alone need not say.
_NOTHING_TO_BUILD: dict[str, Any] = {
    "name": "rules",
    "source": [{"name": "documents", "format": "jsonl", "paths": ["-"]}],
    "tokenizer": {},
    "mix": {"korean": "1/3", "multilingual": "1/3", "code": "1/3"},
}


def load_recipe(path: str, *, rules_only: bool = False) -> LoadedRecipe:
    """Reads and checks a recipe; with ``rules_only`` it need not say what is built (sources, tokenizer, mix).

    Raises:
        RecipeError: the file is missing, is not TOML, or says something that cannot be done; all mistakes at once.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise RecipeError(f"{path}: no such recipe; give the path of a .toml file, such as recipes/sample.toml") from None
    except IsADirectoryError:
        raise RecipeError(f"{path} is a directory; give the path of a .toml file in it") from None
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path} is not UTF-8 (byte {error.start}); save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{path}: not valid TOML: {error}") from None
    mistakes = Mistakes(text, path)
    data = _over_base(data, file, mistakes)
    if rules_only:
        data = _NOTHING_TO_BUILD | data
    filter_table = data.pop("filter", {})
    rules = _resolve_rules(filter_table, mistakes)
    recipe = _validate(data, mistakes)
    if recipe is not None:
        recipe = recipe.model_copy(update={"filter": rules})
        _check_meaning(recipe, filter_table, mistakes)
    mistakes.raise_any()
    assert recipe is not None
    return LoadedRecipe(recipe, text, os.path.dirname(os.path.abspath(path)))


#: Recipes that `extends` knows by name.
SHIPPED = Path(__file__).parent / "recipes"


def _over_base(data: dict[str, Any], file: Path, mistakes: Mistakes) -> dict[str, Any]:
    """The recipe's tables over those of the one that it extends, key by key."""
    name = data.get("extends")
    if not isinstance(name, str):
        return data
    path = file.parent / name if name.endswith(".toml") else SHIPPED / f"{name}.toml"
    try:
        base = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        shipped = [known.stem for known in SHIPPED.glob("*.toml")]
        hint = f"there is no {path}" if name.endswith(".toml") else f"no shipped recipe {name!r}{nearest(name, shipped)}"
        mistakes.add(("extends",), f"{hint}; give the name of a shipped one or the path of a .toml file")
        return data
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        mistakes.add(("extends",), f"{path} cannot be read: {error}")
        return data
    if "extends" in base:
        mistakes.add(("extends",), f"{path} extends another recipe itself; one step is all there is")
    return _merged(base, data)


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``: tables key by key, everything else whole."""
    merged = dict(base)
    for key, value in own.items():
        under = base.get(key)
        merged[key] = _merged(under, value) if isinstance(value, Mapping) and isinstance(under, Mapping) else value
    return merged


def _validate(data: dict[str, Any], mistakes: Mistakes) -> Recipe | None:
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        for detail in error.errors():
            location: Location = detail["loc"]
            if detail["type"] == "extra_forbidden":
                mistakes.unknown(location, allowed=_fields_at(location[:-1]))
            elif detail["type"] == "missing":
                section = len(location) == 1 and location[0] in ("source", "tokenizer", "mix")
                text = f"missing section [{'[source]' if location[0] == 'source' else location[0]}]" if section else ""
                mistakes.add(location, text or f"missing key {str(location[-1])!r}")
            elif detail["type"] == "literal_error":
                allowed = re.findall(r"'([^']+)'", detail.get("ctx", {})["expected"])
                mistakes.add(location, f"{detail['input']!r} is not one of them{nearest(str(detail['input']), allowed)}")
            else:
                mistakes.add(location, f"{detail['msg']} (found {detail['input']!r})")
        return None


def _fields_at(location: Location) -> list[str]:
    """The keys that a table of the recipe may have."""
    model: Any = Recipe
    for part in location:
        if isinstance(part, int):
            continue
        # A table of tables by name (`mix.sources.web`) says the type of each; of `KnowledgeCurve | None` the first is meant.
        annotation = typing.get_args(model)[1] if typing.get_origin(model) is dict else model.model_fields[part].annotation
        model = typing.get_args(annotation)[0] if part in ("source", "curve") else annotation
    return list(model.model_fields)


def _resolve_rules(table: Any, mistakes: Mistakes) -> dict[str, LanguageRules]:
    """The ``[filter.<language>.<rule>]`` tables: a language's keys over the default's, then each rule's defaults."""
    if not isinstance(table, Mapping):
        mistakes.add(("filter",), "must be a table such as [filter.ko.gopher_quality]")
        return {}
    default = table.get("default", {})
    resolved: dict[str, LanguageRules] = {}
    for key, own in table.items():
        if key not in LANGUAGE_CODES and key not in ("default", "code"):
            mistakes.unknown(("filter", key), allowed=[*LANGUAGE_CODES, "code", "default"], what="language")
        elif not isinstance(own, Mapping):
            mistakes.add(("filter", key), f"must be a table such as [filter.{key}.gopher_quality]")
        else:
            inherited = default if key != "code" and isinstance(default, Mapping) else {}
            resolved[key] = _language_rules(key, own, inherited, mistakes)
    return resolved


#: What a language's table has besides rules.
_LANGUAGE_KEYS = ("words", "min_language_score", "ignore_fenced_code")


def _language_rules(key: str, own: Mapping[str, Any], inherited: Mapping[str, Any], mistakes: Mistakes) -> LanguageRules:
    names = rule_names()
    plain: dict[str, Any] = {}
    rules: dict[str, dict[str, Any]] = {}
    for name in {**inherited, **own}:
        value = own.get(name, inherited.get(name))
        location = ("filter", key if name in own else "default", name)
        if name in _LANGUAGE_KEYS:
            plain[name] = value
        elif name not in names:
            mistakes.unknown(location, allowed=[*names, *_LANGUAGE_KEYS], what="rule or key")
        elif isinstance(value, Mapping):
            base = inherited.get(name)
            settings = {**(base if isinstance(base, Mapping) else {}), **value}
            rules[name] = _rule_settings(location, name, settings, mistakes)
        elif value is not False:
            mistakes.add(location, f"must be a table [filter.{key}.{name}], or false to leave the rule out")
    try:
        return LanguageRules(**plain, rules=dict(sorted(rules.items())))
    except ValidationError as error:
        for detail in error.errors():
            mistakes.add(("filter", key, *detail["loc"]), f"{detail['msg']} (found {detail['input']!r})")
        return NO_RULES


def _rule_settings(location: Location, name: str, settings: dict[str, Any], mistakes: Mistakes) -> dict[str, Any]:
    """The settings of a rule with its defaults filled in, checked against the rule's own types."""
    rule = rule_class(name)
    known = [f.name for f in dataclasses.fields(rule)]
    for key in settings:
        if key not in known:
            mistakes.unknown((*location, key), allowed=known)
    try:
        made = TypeAdapter(rule).validate_python({k: v for k, v in settings.items() if k in known})
    except ValidationError as error:
        for detail in error.errors():
            place = detail["loc"][:1]
            found = f" (found {detail['input']!r})" if place else ""
            mistakes.add((*location, *place), detail["msg"].removeprefix("Value error, ") + found)
        return {}
    return json.loads(json.dumps(dataclasses.asdict(made), sort_keys=True))


def _check_meaning(recipe: Recipe, filter_table: Mapping[str, Any], mistakes: Mistakes) -> None:
    """What types cannot see: shares, languages, names that must differ."""
    for segment in ("korean", "multilingual"):
        for language in getattr(recipe.segments, segment):
            if language not in LANGUAGE_CODES:
                hint = nearest(language, LANGUAGE_CODES)
                mistakes.add(("segments", segment), f"unknown language {language!r}{hint}")
    both = set(recipe.segments.korean) & set(recipe.segments.multilingual)
    if both:
        mistakes.add(("segments",), f"{', '.join(sorted(both))} stands in both segments; a language belongs to one")
    _check_words(recipe, filter_table, mistakes)
    _check_pii(recipe.pii, mistakes)
    _check_names(recipe.source, mistakes)
    check_mix(recipe, mistakes)


def _check_words(recipe: Recipe, filter_table: Mapping[str, Any], mistakes: Mistakes) -> None:
    from filters.words import SPLITTER_NAMES

    for key, rules in recipe.filter.items():
        if rules.words not in SPLITTER_NAMES:
            own = isinstance(filter_table.get(key), Mapping) and "words" in filter_table[key]
            place = ("filter", key if own else "default", "words")
            mistakes.add(place, f"unknown word splitter {rules.words!r}{nearest(rules.words, SPLITTER_NAMES)}")


def _check_pii(pii: Pii, mistakes: Mistakes) -> None:
    from filters.pii.replace import LABELS

    named = [(("pii", "entities"), name) for name in pii.entities or ()]
    named += [(("pii", "policies", name), name) for name in pii.policies]
    for place, name in named:
        if name not in LABELS:
            mistakes.add(place, f"unknown entity {name!r}{nearest(name, LABELS)}")


def _check_names(sources: Sequence[Source], mistakes: Mistakes) -> None:
    seen: set[str] = set()
    for index, source in enumerate(sources):
        if source.name in seen:
            mistakes.add(("source", index, "name"), f"two sources are named {source.name!r}; names must differ")
        seen.add(source.name)
        if source.encoding is not None:
            try:
                "".encode(source.encoding)
            except LookupError:
                mistakes.add(("source", index, "encoding"), f"unknown encoding {source.encoding!r}; use utf-8, cp949, …")
