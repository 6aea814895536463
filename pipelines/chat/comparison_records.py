"""Comparisons in the shapes that people have them in: a pair of answers, or several answers in order.

A JSON object enters; a :class:`pipelines.chat.records.Comparison` leaves, or RecordError with the rule that it breaks.
Answers that are the same text are one answer; ``docs/chat-shards.md`` lists the shapes.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

from filters.document import Failure
from tokenizer.chat import Message

from .records import Comparison, RecordError, check_order, kind, messages_in, text_in, without_empty_system

_Prompt = list[Message]


def comparison_of(record: Mapping[str, Any]) -> Comparison:
    """The comparison of an object; raises RecordError."""
    is_pair, is_list = "chosen" in record and "rejected" in record, "answers" in record
    if is_pair and is_list:
        detail = "it has 'chosen' and 'rejected' and 'answers': leave one of the two"
        raise RecordError("two_forms", detail, action="unreadable", value=2)
    if not is_pair and not is_list:
        have = ", ".join(map(repr, [*record][:12])) or "nothing"
        detail = f"it has {have}; a comparison has prompt+chosen+rejected or prompt+answers"
        raise RecordError("unknown_form", detail, action="unreadable")
    prompt, texts, order = _pair(record) if is_pair else _ranked(record)
    prompt, edits = without_empty_system(prompt)
    check_order([*prompt, Message("assistant", "answer")])
    answers = tuple(dict.fromkeys(texts))
    for text in answers:
        if not text or text.isspace():
            raise RecordError("empty_content", f"answer {texts.index(text)} has no text", value=0)
    if len(answers) == 1:
        raise RecordError("same_answers", f"all {len(texts)} answers are the same text", value=len(texts))
    if len(answers) < len(texts):
        same = len(texts) - len(answers)
        edits.append(Failure("same_answers", float(same), None, f"{same} of {len(texts)} answers repeat another"))
    places = [answers.index(text) for text in texts]
    pairs = {(places[i], places[j]): None for i, a in enumerate(order) for j, b in enumerate(order) if a < b}
    pairs = tuple(pair for pair in pairs if pair[0] != pair[1])
    if not pairs:
        raise RecordError("no_preference", f"none of {len(answers)} answers is better than another", value=len(answers))
    return Comparison("chosen" if is_pair else "answers", tuple(prompt), answers, pairs, tuple(edits))


def _pair(record: Mapping[str, Any]) -> tuple[_Prompt, list[str], list[float]]:
    """The prompt, the two answers, and their ranks."""
    given = _prompt(record) if record.get("prompt") is not None else None
    prompts: list[_Prompt] = []
    texts: list[str] = []
    for name in ("chosen", "rejected"):
        before, text = _answer(record[name], name)
        texts.append(text)
        if before:
            prompts.append(before)
    whole = prompts[0] if prompts else None
    if len(prompts) == 1 or (whole is not None and prompts[1] != whole):
        raise RecordError("prompts_differ", "'chosen' and 'rejected' do not answer the same messages")
    if whole is None:
        if given is None:
            raise RecordError("no_prompt", "it has neither a 'prompt' nor messages before the answers", action="unreadable")
        return given, texts, [0.0, 1.0]
    # Beside whole conversations sets name the prompt once more: all of it, or its last question as a string.
    if given is not None and given != whole and not (isinstance(record["prompt"], str) and given[-1] == whole[-1]):
        raise RecordError("prompts_differ", "'prompt' is not what 'chosen' and 'rejected' answer")
    return whole, texts, [0.0, 1.0]


def _answer(value: Any, name: str) -> tuple[_Prompt, str]:
    """The messages before an answer, where it is the last of a list of messages, and the answer."""
    if isinstance(value, str):
        return [], text_in(value, name=name)
    messages = messages_in([value] if isinstance(value, dict) else value, name=name)
    if messages[-1].role != "assistant":
        raise RecordError("no_assistant_turn", f"the last message of {name!r} is not the assistant's")
    return messages[:-1], messages[-1].content


def _prompt(record: Mapping[str, Any]) -> _Prompt:
    """The messages that are answered."""
    value = record.get("prompt")
    if isinstance(value, list):
        messages = messages_in(cast(list[Any], value), name="prompt")
        if messages[-1].role != "user":
            raise RecordError("prompt_ends_with_answer", "the last message of 'prompt' is not the user's")
        return messages
    if value is None:
        raise RecordError("no_prompt", "it has no 'prompt'", action="unreadable")
    text = text_in(value, name="prompt")
    if not text.strip():
        raise RecordError("empty_content", "'prompt' has no text", value=0)
    system = [Message("system", text_in(record["system"], name="system"))] if record.get("system") else []
    return [*system, Message("user", text)]


def _ranked(record: Mapping[str, Any]) -> tuple[_Prompt, list[str], list[float]]:
    """The prompt, the answers, and a number for each that is smaller the better it is."""
    value = record["answers"]
    if not isinstance(value, list):
        raise RecordError("answers_not_a_list", f"'answers' is {kind(value)}, not a list", action="unreadable")
    texts = [_answer(item, f"answers[{place}]")[1] for place, item in enumerate(cast(list[Any], value))]
    if len(texts) < 2:
        raise RecordError("too_few_answers", f"{len(texts)} answers cannot be compared", value=len(texts))
    if "ranks" in record and "scores" in record:
        raise RecordError("two_forms", "it has 'ranks' and 'scores': leave one of them", action="unreadable", value=2)
    if "scores" in record:
        return _prompt(record), texts, [-score for score in _numbers(record["scores"], "scores", len(texts))]
    if "ranks" in record:
        return _prompt(record), texts, _numbers(record["ranks"], "ranks", len(texts))
    return _prompt(record), texts, [float(place) for place in range(len(texts))]


def _numbers(value: Any, name: str, count: int) -> list[float]:
    numbers = cast(Sequence[Any], value) if isinstance(value, list) else ()
    sound = [n for n in numbers if isinstance(n, int | float) and not isinstance(n, bool) and math.isfinite(n)]
    if len(sound) != len(numbers) or len(sound) != count:
        detail = f"{name!r} has to be a list of {count} numbers, one for each of 'answers'"
        raise RecordError("bad_ranks", detail, action="unreadable", value=len(sound))
    return [float(number) for number in sound]
