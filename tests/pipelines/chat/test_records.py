"""What is a conversation or a comparison, and what is not: a row a shape and a row a mistake."""

from typing import Any

import pytest

from pipelines.chat.comparison_records import comparison_of
from pipelines.chat.records import RecordError, conversation_of


def said(*turns: str) -> list[dict[str, str]]:
    """``u:…`` the user's, ``a:…`` the assistant's, ``s:…`` the system's."""
    roles = {"s": "system", "u": "user", "a": "assistant"}
    return [{"role": roles[turn[0]], "content": turn[2:]} for turn in turns]


SHAREGPT = [{"from": "human", "value": "안녕?"}, {"from": "gpt", "value": "네."}]


@pytest.mark.parametrize(
    ("record", "form", "turns"),
    [
        ({"messages": said("u:안녕?", "a:네.")}, "messages", ["user 안녕?", "assistant 네."]),
        ({"messages": SHAREGPT}, "messages", ["user 안녕?", "assistant 네."]),
        ({"conversations": SHAREGPT}, "conversations", ["user 안녕?", "assistant 네."]),
        ({"conversations": said("s:짧게", "u:q", "a:r")}, "conversations", ["system 짧게", "user q", "assistant r"]),
        ({"prompt": "안녕?", "response": "네."}, "prompt", ["user 안녕?", "assistant 네."]),
        ({"prompt": "q", "completion": "r", "system": "s"}, "completion", ["system s", "user q", "assistant r"]),
        ({"instruction": "번역", "input": "hi", "output": "안녕"}, "instruction", ["user 번역\n\nhi", "assistant 안녕"]),
        ({"instruction": "q", "input": "", "output": "r"}, "instruction", ["user q", "assistant r"]),
        ({"prompt": "q", "messages": said("u:q", "a:r")}, "messages", ["user q", "assistant r"]),
    ],
)
def test_shapes_of_conversations(record: dict[str, Any], form: str, turns: list[str]) -> None:
    found = conversation_of(record)
    assert (found.form, [f"{role} {text}" for role, text in found.messages], found.edits) == (form, turns, ())


@pytest.mark.parametrize(
    ("messages", "turns", "rules"),
    [
        (said("u:q", "a:r", "u:q2"), 2, ["ends_with_user"]),
        (said("u:q", "a:r", "s:now", "u:q2"), 2, ["ends_with_user"]),
        (said("s: ", "u:q", "a:r"), 2, ["empty_system"]),
        (said("s:", "u:q", "a:r", "s:", "u:q2"), 2, ["empty_system", "ends_with_user"]),
    ],
)
def test_what_is_changed_is_told(messages: list[Any], turns: int, rules: list[str]) -> None:
    found = conversation_of({"messages": messages})
    assert (len(found.messages), [failure.rule for failure in found.edits]) == (turns, rules)


@pytest.mark.parametrize(
    ("record", "action", "rule"),
    [
        ({}, "unreadable", "unknown_form"),
        ({"text": "글"}, "unreadable", "unknown_form"),
        ({"prompt": "q"}, "unreadable", "unknown_form"),
        ({"messages": said("u:q", "a:r"), "prompt": "q", "response": "r"}, "unreadable", "two_forms"),
        ({"messages": said("u:q", "a:r"), "conversations": SHAREGPT}, "unreadable", "two_forms"),
        ({"messages": []}, "dropped", "empty_messages"),
        ({"messages": None}, "unreadable", "messages_not_a_list"),
        ({"messages": "말"}, "unreadable", "messages_not_a_list"),
        ({"messages": ["말"]}, "unreadable", "message_not_an_object"),
        ({"messages": [{"role": "user"}]}, "unreadable", "message_without_role_or_text"),
        ({"messages": [{"role": "user", "value": "말"}]}, "unreadable", "message_without_role_or_text"),
        ({"messages": [{"role": "tool", "content": "말"}]}, "dropped", "unknown_role"),
        ({"messages": [{"role": "User", "content": "말"}]}, "dropped", "unknown_role"),
        ({"messages": [{"role": None, "content": "말"}]}, "dropped", "unknown_role"),
        ({"messages": [{"role": "user", "content": None}]}, "unreadable", "content_not_text"),
        ({"messages": [{"role": "user", "content": 3}]}, "unreadable", "content_not_text"),
        ({"messages": [{"role": "user", "content": ["말"]}]}, "unreadable", "content_not_text"),
        ({"messages": [{"role": "user", "content": "a\ud800"}]}, "unreadable", "lone_surrogate"),
        ({"messages": said("u:", "a:r")}, "dropped", "empty_content"),
        ({"messages": said("u:q", "a: \n")}, "dropped", "empty_content"),
        ({"prompt": "", "response": "r"}, "dropped", "empty_content"),
        ({"prompt": None, "response": "r"}, "unreadable", "content_not_text"),
        ({"messages": said("u:q", "u:q", "a:r")}, "dropped", "same_role_twice"),
        ({"messages": said("u:q", "a:r", "a:r")}, "dropped", "same_role_twice"),
        ({"messages": said("a:r", "u:q", "a:r")}, "dropped", "begins_with_assistant"),
        ({"messages": said("s:s", "a:r")}, "dropped", "system_not_before_user"),
        ({"messages": said("s:s", "s:s", "u:q", "a:r")}, "dropped", "system_not_before_user"),
        ({"messages": said("u:q", "a:r", "s:s")}, "dropped", "system_not_before_user"),
        ({"messages": said("u:q")}, "dropped", "no_assistant_turn"),
        ({"messages": said("s:q")}, "dropped", "system_not_before_user"),
        ({"messages": said("s:")}, "dropped", "no_assistant_turn"),
        ({"instruction": "q", "input": 3, "output": "r"}, "unreadable", "content_not_text"),
    ],
)
def test_what_is_no_conversation(record: dict[str, Any], action: str, rule: str) -> None:
    with pytest.raises(RecordError) as error:
        conversation_of(record)
    assert (error.value.action, error.value.failure.rule) == (action, rule)
    assert error.value.failure.detail


ASKED = said("u:q")


@pytest.mark.parametrize(
    ("record", "prompt", "answers", "pairs"),
    [
        ({"prompt": "q", "chosen": "a", "rejected": "b"}, ["q"], ["a", "b"], [(0, 1)]),
        ({"prompt": "q", "system": "s", "chosen": "a", "rejected": "b"}, ["s", "q"], ["a", "b"], [(0, 1)]),
        ({"prompt": ASKED, "chosen": said("a:a"), "rejected": said("a:b")}, ["q"], ["a", "b"], [(0, 1)]),
        ({"prompt": ASKED, "chosen": said("a:a")[0], "rejected": "b"}, ["q"], ["a", "b"], [(0, 1)]),
        ({"chosen": said("u:q", "a:a"), "rejected": said("u:q", "a:b")}, ["q"], ["a", "b"], [(0, 1)]),
        (
            {"prompt": "q", "chosen": said("s:s", "u:q", "a:a"), "rejected": said("s:s", "u:q", "a:b")},
            ["s", "q"],
            ["a", "b"],
            [(0, 1)],
        ),
        ({"prompt": "q", "answers": ["a", "b", "c"]}, ["q"], ["a", "b", "c"], [(0, 1), (0, 2), (1, 2)]),
        ({"prompt": "q", "answers": ["a", "b", "c"], "ranks": [2, 1, 2]}, ["q"], ["a", "b", "c"], [(1, 0), (1, 2)]),
        ({"prompt": "q", "answers": ["a", "b"], "scores": [0.5, 7]}, ["q"], ["a", "b"], [(1, 0)]),
        ({"prompt": "q", "answers": ["a", "b", "a"], "ranks": [1, 2, 1]}, ["q"], ["a", "b"], [(0, 1)]),
        ({"prompt": said("u:p", "a:r", "u:q"), "answers": ["a", "b"]}, ["p", "r", "q"], ["a", "b"], [(0, 1)]),
    ],
)
def test_shapes_of_comparisons(record: dict[str, Any], prompt: list[str], answers: list[str], pairs: list[Any]) -> None:
    found = comparison_of(record)
    assert [text for _, text in found.prompt] == prompt
    assert (list(found.answers), list(found.pairs)) == (answers, pairs)


@pytest.mark.parametrize(
    ("record", "action", "rule"),
    [
        ({"prompt": "q", "chosen": "a"}, "unreadable", "unknown_form"),
        ({"prompt": "q", "chosen": "a", "rejected": "b", "answers": ["a", "b"]}, "unreadable", "two_forms"),
        ({"chosen": "a", "rejected": "b"}, "unreadable", "no_prompt"),
        ({"prompt": None, "answers": ["a", "b"]}, "unreadable", "no_prompt"),
        ({"prompt": " ", "chosen": "a", "rejected": "b"}, "dropped", "empty_content"),
        ({"prompt": 7, "chosen": "a", "rejected": "b"}, "unreadable", "content_not_text"),
        ({"prompt": "q", "chosen": "a", "rejected": "a"}, "dropped", "same_answers"),
        ({"prompt": "q", "chosen": "a", "rejected": ""}, "dropped", "empty_content"),
        ({"prompt": "q", "chosen": None, "rejected": "b"}, "unreadable", "messages_not_a_list"),
        ({"prompt": "q", "chosen": "a", "rejected": "\udc00"}, "unreadable", "lone_surrogate"),
        ({"prompt": said("u:q", "a:r"), "chosen": "a", "rejected": "b"}, "dropped", "prompt_ends_with_answer"),
        ({"prompt": said("a:r", "u:q"), "chosen": "a", "rejected": "b"}, "dropped", "begins_with_assistant"),
        ({"prompt": said("u:q", "u:q"), "chosen": "a", "rejected": "b"}, "dropped", "same_role_twice"),
        ({"prompt": [], "chosen": "a", "rejected": "b"}, "dropped", "empty_messages"),
        ({"chosen": said("u:q", "a:a"), "rejected": said("u:other", "a:b")}, "dropped", "prompts_differ"),
        ({"prompt": "q", "chosen": said("u:q", "a:a"), "rejected": "b"}, "dropped", "prompts_differ"),
        ({"prompt": "x", "chosen": said("u:q", "a:a"), "rejected": said("u:q", "a:b")}, "dropped", "prompts_differ"),
        ({"chosen": said("u:q"), "rejected": said("u:q")}, "dropped", "no_assistant_turn"),
        ({"prompt": "q", "answers": []}, "dropped", "too_few_answers"),
        ({"prompt": "q", "answers": ["a"]}, "dropped", "too_few_answers"),
        ({"prompt": "q", "answers": "ab"}, "unreadable", "answers_not_a_list"),
        ({"prompt": "q", "answers": ["a", "b"], "ranks": [1]}, "unreadable", "bad_ranks"),
        ({"prompt": "q", "answers": ["a", "b"], "ranks": [1, "2"]}, "unreadable", "bad_ranks"),
        ({"prompt": "q", "answers": ["a", "b"], "scores": [1, float("nan")]}, "unreadable", "bad_ranks"),
        ({"prompt": "q", "answers": ["a", "b"], "scores": [1, True]}, "unreadable", "bad_ranks"),
        ({"prompt": "q", "answers": ["a", "b"], "scores": [1, 2], "ranks": [2, 1]}, "unreadable", "two_forms"),
        ({"prompt": "q", "answers": ["a", "b"], "scores": [1, 1]}, "dropped", "no_preference"),
        ({"prompt": "q", "answers": ["a", "a"], "scores": [1, 2]}, "dropped", "same_answers"),
    ],
)
def test_what_is_no_comparison(record: dict[str, Any], action: str, rule: str) -> None:
    with pytest.raises(RecordError) as error:
        comparison_of(record)
    assert (error.value.action, error.value.failure.rule) == (action, rule)
