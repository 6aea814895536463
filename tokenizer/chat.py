"""Conversations as ids: what the chat template of our tokenizers makes of them (``tokenizer/assembling.py``).

Messages with roles enter; ids leave with a mask of what is learned, which is the words of the assistant and the
``<|endofturn|>`` behind them (HyperCLOVA X Technical Report, arXiv 2404.01954: loss on assistant turns only). ``<|user|>``,
``<|assistant|>`` and ``<|endofturn|>`` are put in as ids; the same strings in a message are ordinary text, so that nobody can
write a turn that is not theirs. A system message has no token of its own: it opens the user turn that follows it.

``loss_mask[i]`` is about token ``i`` as what is to be predicted: a trainer that shifts labels shifts the mask with them.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from tokenizer.encode import Encoder
from tokenizer.special_tokens import ASSISTANT, END_OF_TURN, SPECIAL_TOKEN_IDS, USER

Role = Literal["system", "user", "assistant"]
ROLES: tuple[Role, ...] = ("system", "user", "assistant")
Int32s = npt.NDArray[np.int32]
Mask = npt.NDArray[np.uint8]


class Message(NamedTuple):
    """One message as it was written."""

    role: Role
    content: str


class EncodedChat(NamedTuple):
    """A conversation as ids; ``turn_ends[k]`` is how many ids its first ``k + 1`` turns have."""

    ids: Int32s
    loss_mask: Mask
    turn_ends: Int32s


class EncodedAnswers(NamedTuple):
    """Answers to one prompt: ``prompt`` ends with ``<|assistant|>``, every answer with ``<|endofturn|>``."""

    prompt: Int32s
    answers: tuple[Int32s, ...]


def turns_of(messages: Sequence[Message]) -> list[Message]:
    """The turns of a conversation: a system message becomes the beginning of the user turn behind it.

    Raises:
        ValueError: a system message is not directly before a user turn; the template would leave it out.
    """
    turns: list[Message] = []
    system = ""
    for number, (role, content) in enumerate(messages, start=1):
        if system and role != "user":
            raise ValueError(f"message {number} ({role}) follows a system message; a system message opens a user turn")
        if role == "system":
            system = content + "\n\n"
        else:
            turns.append(Message(role, system + content))
            system = ""
    if system:
        raise ValueError("the last message is a system message; a system message opens a user turn")
    return turns


class ChatEncoder:
    """Encodes conversations with a tokenizer of this project."""

    def __init__(self, encoder: Encoder) -> None:
        """Raises ``ValueError`` where the tokenizer has not our special tokens at their ids, or finds them in text."""
        self._encoder = encoder
        self._opening = {"user": _special(encoder, USER), "assistant": _special(encoder, ASSISTANT)}
        self._end = _special(encoder, END_OF_TURN)

    def encode(self, conversations: Sequence[Sequence[Message]]) -> Iterator[EncodedChat]:
        """Each conversation as ids; about a million characters are in hand at a time."""
        of_each = [turns_of(messages) for messages in conversations]
        contents = self._encoder.encode_batch(turn.content for turns in of_each for turn in turns)
        for turns in of_each:
            yield self._joined(turns, contents)

    def encode_answers(self, comparisons: Sequence[tuple[Sequence[Message], Sequence[str]]]) -> Iterator[EncodedAnswers]:
        """Each prompt, and the answers to it: a prompt and one of its answers make the ids of the whole conversation."""
        of_each = [(turns_of(prompt), answers) for prompt, answers in comparisons]
        contents = self._encoder.encode_batch(
            text for turns, answers in of_each for text in (*(turn.content for turn in turns), *answers)
        )
        opening, end = np.array([self._opening["assistant"]], np.int32), np.array([self._end], np.int32)
        for turns, answers in of_each:
            prompt = np.concatenate([self._joined(turns, contents).ids, opening])
            encoded = tuple(np.concatenate([next(contents).astype(np.int32), end]) for _ in answers)
            yield EncodedAnswers(prompt, encoded)

    def _joined(self, turns: Sequence[Message], contents: Iterator[npt.NDArray[np.uint16 | np.uint32]]) -> EncodedChat:
        parts = [next(contents) for _ in turns]
        ends = np.cumsum([len(part) + 2 for part in parts], dtype=np.int32)
        ids = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.int32)
        mask = np.zeros(len(ids), dtype=np.uint8)
        for turn, part, end in zip(turns, parts, ends.tolist(), strict=True):
            start = end - len(part) - 2
            ids[start] = self._opening[turn.role]
            ids[start + 1 : end - 1] = part
            ids[end - 1] = self._end
            if turn.role == "assistant":
                mask[start + 1 : end] = 1
        return EncodedChat(ids, mask, ends)


def leading_turns(chat: EncodedChat, *, max_tokens: int) -> EncodedChat | None:
    """The longest beginning of at most ``max_tokens`` that ends with an answer; None where there is none.

    Turns are left out at the end: what is left is a conversation as it was held, and no answer is cut or loses its question.
    """
    ends_with_answer = chat.loss_mask[chat.turn_ends - 1] == 1
    fitting = np.flatnonzero(ends_with_answer & (chat.turn_ends <= max_tokens))
    if not len(fitting):
        return None
    num_turns = int(fitting[-1]) + 1
    end = int(chat.turn_ends[num_turns - 1])
    return EncodedChat(chat.ids[:end], chat.loss_mask[:end], chat.turn_ends[:num_turns])


def _special(encoder: Encoder, token: str) -> int:
    try:
        number = encoder.token_id(token)
    except KeyError:
        number = None
    if number is None or number != SPECIAL_TOKEN_IDS[token]:
        found = f"has no {token}" if number is None else f"has {token} as id {number}, not {SPECIAL_TOKEN_IDS[token]}"
        raise ValueError(f"the tokenizer {found}: give the tokenizer.json that `malmoi tokenizer train` wrote")
    if number in encoder.encode(token):
        raise ValueError(f"the tokenizer finds {token} in ordinary text: a user could write turns; train it anew")
    return number
