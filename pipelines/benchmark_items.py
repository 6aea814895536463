"""The questions of one line of a benchmark file, whatever its columns are called and however its values are nested.

Enters: a JSON object, and the columns that the recipe names, if it names any. Leaves: the question, its choices and its answer
as text; :class:`NoQuestionError` says why there is none. Known are the names and shapes of the public benchmarks: one column
or one for each choice; a list of messages; ARC's ``{"text": [...], "label": [...]}``; SQuAD's ``{"text": [...]}``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

_QUESTIONS = (
    *("question", "prompt", "query", "problem", "instruction", "input", "문제", "질문", "질의", "물음", "문항", "지시문"),
    *("question_text", "question_stem", "stem", "goal", "premise", "sentence", "text", "content", "문장"),
)
#: What stands beside a question where the question is split in two columns.
_TOGETHER = (("instruction", "input"), ("premise", "hypothesis"), ("sentence1", "sentence2"), ("sentence_1", "sentence_2"))
_CHOICES = (
    *("choices", "options", "candidates", "endings", "alternatives", "distractors", "answer_choices"),
    *("선택지", "선지", "보기", "후보"),
)
_ONE_CHOICE = re.compile(
    r"(?:(?:choice|option|alternative|opt|sol|보기|선택지|선지)[ _]?(?:[a-h]|\d{1,2})|[a-h])", re.IGNORECASE
)
_ANSWERS = (
    *("answer", "answers", "target", "label", "gold", "output", "completion", "canonical_solution", "solution", "response"),
    *("correct_answer", "reference", "정답", "답", "답변", "해답"),
)
_IDS = ("id", "qid", "question_id", "task_id", "uid", "idx", "guid", "번호")
#: Where the text is in a value that is an object.
_TEXT_KEYS = ("text", "stem", "content", "value", "question", "문장", "내용")
_INDEX = re.compile(r"\s*[\(\[]?\s*(?:[a-h]|\d{1,2}|[①-⑩])\s*[\)\].]?\s*", re.IGNORECASE)
_SHOWN = 12


class Columns(NamedTuple):
    """The columns of benchmark files; empty: the known names."""

    question: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    id: str = ""


class Asked(NamedTuple):
    """One question as a file has it."""

    id: str
    question: str
    choices: tuple[str, ...]
    answer: str


class NoQuestionError(ValueError):
    """The line has no question; why, and what to do."""


def asked(values: Mapping[str, Any], columns: Columns) -> Asked:
    """The question of a line.

    Raises:
        NoQuestionError: there is none.
    """
    question, inner = _question(values, columns)
    choices = _choices(values, columns) or inner
    answer = _first(values, columns.answer or _ANSWERS)
    # The number of a choice tells nothing that the choices do not.
    told = "" if choices and _INDEX.fullmatch(answer) else answer
    return Asked(_id(values, columns), question, choices, told)


def _question(values: Mapping[str, Any], columns: Columns) -> tuple[str, tuple[str, ...]]:
    """The question, and the choices where they stand inside it."""
    names = _names(values, columns.question or _QUESTIONS)
    if columns.question and len(names) < len(columns.question):
        missing = next(name for name in columns.question if name not in values)
        raise NoQuestionError(f"no column {missing!r}; {_seen(values)}: name the one with the question in question_columns")
    if not names:
        raise NoQuestionError(f"no column with a question; {_seen(values)}: name the one with the question in question_columns")
    if columns.question:
        chosen = names
    else:
        pair = next((pair for pair in _TOGETHER if all(_text(_get(values, name)) for name in pair)), ())
        chosen = list(_names(values, pair)) or [next((name for name in names if _text(values[name])), names[0])]
    text = "\n".join(part for name in chosen if (part := _text(values[name])))
    if not any(map(str.isalnum, text)):
        value = values[chosen[0]]
        kind = "null" if value is None else "empty" if isinstance(value, str) else f"a {type(value).__name__} without text"
        raise NoQuestionError(f"column {chosen[0]!r} is {kind}: remove the line, or name another column in question_columns")
    return text, _inner_choices(values[chosen[0]])


def _inner_choices(value: Any) -> tuple[str, ...]:
    return _choices(cast(Mapping[str, Any], value), Columns()) if isinstance(value, Mapping) else ()


def _choices(values: Mapping[str, Any], columns: Columns) -> tuple[str, ...]:
    for name in _names(values, columns.choices or _CHOICES):
        if found := [part for part in _parts(values[name]) if part]:
            if not columns.choices:
                return tuple(found)
            return tuple(part for own in columns.choices for part in _parts(values.get(own)) if part)
    if columns.choices:
        return ()
    single = [name for name in values if _ONE_CHOICE.fullmatch(name)]
    return tuple(part for name in single if (part := _text(values[name]))) if len(single) > 1 else ()


def _id(values: Mapping[str, Any], columns: Columns) -> str:
    value = _get(values, columns.id) if columns.id else next((_get(values, name) for name in _IDS if _get(values, name)), None)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip() else ""


def _first(values: Mapping[str, Any], names: Iterable[str]) -> str:
    return next((text for name in _names(values, names) if (text := _text(values[name]))), "")


def _get(values: Mapping[str, Any], name: str) -> Any:
    return next((values[own] for own in _names(values, (name,))), None)


def _names(values: Mapping[str, Any], wanted: Iterable[str]) -> list[str]:
    """The columns that are there, in the order of ``wanted``; a name in other letter case will do."""
    by_name = {name.strip().casefold(): name for name in [*values][::-1]}
    return [own for name in wanted if (own := name if name in values else by_name.get(name.casefold(), ""))]


def _text(value: Any) -> str:
    return "\n".join(part for part in _parts(value) if part)


def _parts(value: Any) -> list[str]:
    """The texts in a value, in order; of messages only those of the user."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return [str(value)]
    if isinstance(value, Mapping):
        inside = cast(Mapping[str, Any], value)
        name = next((name for name in _TEXT_KEYS if name in inside), None)
        return _parts(inside[name]) if name is not None else []
    if isinstance(value, Sequence):
        items = list(cast(Sequence[Any], value))
        users = [item for item in items if isinstance(item, Mapping) and cast(Mapping[str, Any], item).get("role") == "user"]
        return [part for item in users or items for part in _parts(item)]
    return []


def _seen(values: Mapping[str, Any]) -> str:
    names = ", ".join(repr(name) for name in [*values][:_SHOWN]) or "none"
    return f"there are: {names}" + (", …" if len(values) > _SHOWN else "")
