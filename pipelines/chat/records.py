"""Conversations and comparisons in the shapes that people have them in.

A JSON object enters; a :class:`Conversation` or :class:`Comparison` leaves, or :class:`RecordError` with the rule that it
breaks. Which shape an object has is told by its keys, never by its values; ``docs/chat-shards.md`` lists the shapes. An object
that has two of them is refused, because one of the two would be passed over in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from filters.document import Failure
from tokenizer.chat import Message, Role

#: What other programs call the roles.
_ROLES: dict[str, Role] = {
    "system": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
}
_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a string", list: "a list", dict: "an object"}


class RecordError(Exception):
    """An object that is no usable record: ``unreadable`` where it cannot be understood, ``dropped`` where it is not wanted."""

    def __init__(
        self, rule: str, detail: str, *, action: Literal["unreadable", "dropped"] = "dropped", value: float | None = None
    ) -> None:
        super().__init__(detail)
        self.failure = Failure(rule, value, None, detail)
        self.action: Literal["unreadable", "dropped"] = action


@dataclass(frozen=True)
class Conversation:
    """Messages that alternate between user and assistant and end with an answer; what was changed to make it so."""

    form: str
    messages: tuple[Message, ...]
    edits: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A prompt, answers to it, and which is better than which: (place of the better one, place of the worse one)."""

    form: str
    prompt: tuple[Message, ...]
    answers: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    edits: tuple[Failure, ...] = ()


def conversation_of(record: Mapping[str, Any]) -> Conversation:
    """The conversation of an object; raises RecordError."""
    form, messages = _messages_of(record)
    messages, edits = without_empty_system(messages)
    check_order(messages)
    if not any(message.role == "assistant" for message in messages):
        raise RecordError("no_assistant_turn", "no message is the assistant's: there is nothing to learn")
    if messages[-1].role != "assistant":
        edits.append(Failure("ends_with_user", 1.0, None, "the last message has no answer and is left out"))
        last = max(place for place, message in enumerate(messages) if message.role == "assistant")
        messages = messages[: last + 1]
    return Conversation(form, tuple(messages), tuple(edits))


def _messages_of(record: Mapping[str, Any]) -> tuple[str, list[Message]]:
    forms = [name for name, keys in _CONVERSATION_FORMS.items() if all(key in record for key in keys)]
    if len(forms) != 1:
        have = ", ".join(map(repr, [*record][:12])) or "nothing"
        shapes = " or ".join("+".join(keys) for keys in _CONVERSATION_FORMS.values())
        if forms:
            raise RecordError(
                "two_forms", f"it has {' and '.join(forms)}: leave one of them", action="unreadable", value=len(forms)
            )
        raise RecordError("unknown_form", f"it has {have}; a conversation has {shapes}", action="unreadable")
    form = forms[0]
    if form in ("messages", "conversations"):
        return form, messages_in(record[form], name=form)
    question, answer = _CONVERSATION_FORMS[form]
    texts = [text_in(record[question], name=question)]
    if form == "instruction" and record.get("input"):
        texts.append(text_in(record["input"], name="input"))
    system = [Message("system", text_in(record["system"], name="system"))] if record.get("system") else []
    asked, answered = Message("user", "\n\n".join(texts)), Message("assistant", text_in(record[answer], name=answer))
    for message in (asked, answered):
        _refuse_empty(message, question if message.role == "user" else answer)
    return form, [*system, asked, answered]


#: The shapes of conversations by name, and the keys that tell them.
_CONVERSATION_FORMS: dict[str, tuple[str, ...]] = {
    "messages": ("messages",),
    "conversations": ("conversations",),
    "prompt": ("prompt", "response"),
    "completion": ("prompt", "completion"),
    "instruction": ("instruction", "output"),
}


def messages_in(value: Any, *, name: str) -> list[Message]:
    """The messages of a list of {role, content} or {from, value}; raises RecordError."""
    if not isinstance(value, list):
        raise RecordError("messages_not_a_list", f"{name!r} is {kind(value)}, not a list of messages", action="unreadable")
    if not value:
        raise RecordError("empty_messages", f"{name!r} is an empty list", value=0)
    return [_message(item, f"{name}[{place}]") for place, item in enumerate(cast(list[Any], value))]


def _message(item: Any, place: str) -> Message:
    if not isinstance(item, dict):
        raise RecordError("message_not_an_object", f"{place} is {kind(item)}, not an object", action="unreadable")
    fields = cast(dict[str, Any], item)
    for role_key, text_key in (("role", "content"), ("from", "value")):
        if role_key in fields and text_key in fields:
            break
    else:
        have = ", ".join(map(repr, [*fields][:6])) or "nothing"
        detail = f"{place} has {have}; a message has 'role' and 'content', or 'from' and 'value'"
        raise RecordError("message_without_role_or_text", detail, action="unreadable")
    role = fields[role_key]
    if not isinstance(role, str) or role not in _ROLES:
        told = repr(role[:60]) if isinstance(role, str) else kind(role)
        raise RecordError("unknown_role", f"{place} has the role {told}; roles are {', '.join(_ROLES)}")
    message = Message(_ROLES[role], text_in(fields[text_key], name=f"{place}.{text_key}"))
    if message.role != "system":
        _refuse_empty(message, place)
    return message


def text_in(value: Any, *, name: str) -> str:
    """A string that can be written as UTF-8; raises RecordError."""
    if not isinstance(value, str):
        raise RecordError("content_not_text", f"{name!r} is {kind(value)}, not a string", action="unreadable")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = f"U+{ord(value[error.start]):04X}, half of a surrogate pair, at character {error.start}"
        raise RecordError("lone_surrogate", f"{name!r} has {half}: mend it", action="unreadable") from None
    return value


def _refuse_empty(message: Message, place: str) -> None:
    if not message.content or message.content.isspace():
        raise RecordError("empty_content", f"{place} ({message.role}) has no text", value=0)


def without_empty_system(messages: Sequence[Message]) -> tuple[list[Message], list[Failure]]:
    """The messages but system messages without text, of which the template would make two line ends."""
    kept = [message for message in messages if message.role != "system" or message.content.strip()]
    left_out = len(messages) - len(kept)
    return kept, [Failure("empty_system", float(left_out), None, "a system message without text is left out")] * bool(left_out)


def check_order(messages: Sequence[Message]) -> None:
    """Raises RecordError unless users and assistants take turns, users first, and system messages open user turns."""
    turn = 0
    for place, message in enumerate(messages):
        if message.role == "system":
            follows = messages[place + 1].role if place + 1 < len(messages) else "nothing"
            if follows != "user":
                detail = f"message {place} is a system message and {follows} follows: it has to open a user turn"
                raise RecordError("system_not_before_user", detail, value=place)
            continue
        wanted = ("user", "assistant")[turn % 2]
        if message.role != wanted:
            if not turn:
                raise RecordError("begins_with_assistant", "the assistant speaks first: there is no question", value=place)
            raise RecordError("same_role_twice", f"message {place} is a second {message.role} turn in a row", value=place)
        turn += 1


def kind(value: Any) -> str:
    """A JSON value's type in words."""
    return _KINDS.get(cast(Any, type(value)), "null")
