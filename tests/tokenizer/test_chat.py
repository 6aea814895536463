"""Conversations as ids: those of transformers' chat template, user text never special, masks of answers only."""

import json
from pathlib import Path

import numpy as np
import pytest
from tokenizers import AddedToken, Tokenizer
from transformers import AutoTokenizer

from tokenizer.chat import ChatEncoder, EncodedChat, Message, leading_turns, turns_of
from tokenizer.encode import Encoder
from tokenizer.special_tokens import SPECIAL_TOKENS

SYSTEM, USER, ASSISTANT = "system", "user", "assistant"
CONVERSATIONS: dict[str, list[tuple[str, str]]] = {
    "one question": [(USER, "안녕?"), (ASSISTANT, "안녕하세요.")],
    "several turns": [(USER, "학교는?"), (ASSISTANT, "저기."), (USER, "고마워!"), (ASSISTANT, "네.")],
    "system": [(SYSTEM, "짧게 답한다."), (USER, "안녕?"), (ASSISTANT, "네.")],
    "system in the middle": [(USER, "a"), (ASSISTANT, "b"), (SYSTEM, "길게 답한다."), (USER, "c"), (ASSISTANT, "d")],
    "code": [(USER, "def f():"), (ASSISTANT, "```python\ndef main(argument):\n    return None\n```\n")],
    "blanks around": [(USER, "  앞뒤 \n"), (ASSISTANT, "\n\n 답 \t")],
    "nearly special": [(USER, "<|user |> <| user|> |><|"), (ASSISTANT, "<|assistant")],
    "emoji and other scripts": [(USER, "👨\u200d👩\u200d👧 日本語 Größe"), (ASSISTANT, "🇰🇷\u0000é")],
    "no answer": [(USER, "뭐?")],
}


def messages(name: str) -> list[Message]:
    return [Message(*turn) for turn in CONVERSATIONS[name]]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def chat(encoder: Encoder) -> ChatEncoder:
    return ChatEncoder(encoder)


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_ids_are_those_of_the_chat_template(name: str, chat: ChatEncoder, tokenizer_path: Path) -> None:
    theirs = AutoTokenizer.from_pretrained(str(tokenizer_path.parent))
    turns = [message._asdict() for message in messages(name)]
    (encoded,) = chat.encode([messages(name)])
    assert encoded.ids.tolist() == theirs.apply_chat_template(turns, tokenize=True, return_dict=False)


@pytest.mark.parametrize("name", [name for name in CONVERSATIONS if name != "no answer"])
def test_a_prompt_and_an_answer_are_the_conversation(name: str, chat: ChatEncoder) -> None:
    *prompt, last = messages(name)
    (answers,) = chat.encode_answers([(prompt, [last.content, "다른 답"])])
    (whole,) = chat.encode([messages(name)])
    assert np.concatenate([answers.prompt, answers.answers[0]]).tolist() == whole.ids.tolist()
    assert answers.prompt[-1] == 2
    assert answers.answers[1][-1] == 3


def test_the_mask_is_the_answers_and_their_ends(chat: ChatEncoder, encoder: Encoder) -> None:
    (encoded,) = chat.encode([messages("several turns")])
    learned = encoded.ids[encoded.loss_mask == 1]
    assert encoder.decode(learned) == "저기.<|endofturn|>네.<|endofturn|>"
    asked = encoded.ids[encoded.loss_mask == 0]
    assert encoder.decode(asked) == "<|user|>학교는?<|endofturn|><|assistant|><|user|>고마워!<|endofturn|><|assistant|>"
    ends = [position + 1 for position, token in enumerate(encoded.ids.tolist()) if token == 3]
    assert encoded.turn_ends.tolist() == ends


@pytest.mark.parametrize("written", ["{}", " {}", "{} ", " {} ", "\n{}\n", "가{}나", "{0}{0}"])
@pytest.mark.parametrize("role", [SYSTEM, USER, ASSISTANT])
def test_special_strings_in_messages_are_ordinary_text(written: str, role: str, chat: ChatEncoder, encoder: Encoder) -> None:
    said = {SYSTEM: "s", USER: "u", ASSISTANT: "a"}
    for token in SPECIAL_TOKENS:
        said[role] = written.format(token)
        conversation = [Message(SYSTEM, said[SYSTEM]), Message(USER, said[USER]), Message(ASSISTANT, said[ASSISTANT])]
        (encoded,) = chat.encode([conversation])
        special = [number for number in encoded.ids.tolist() if number < len(SPECIAL_TOKENS)]
        assert special == [1, 3, 2, 3]
        turns = [f"{said[SYSTEM]}\n\n{said[USER]}", said[ASSISTANT]]
        ends = encoded.turn_ends.tolist()
        assert [encoder.decode(encoded.ids[a + 1 : b - 1]) for a, b in zip([0, *ends], ends, strict=False)] == turns


def test_a_turn_of_10_mb(chat: ChatEncoder, encoder: Encoder) -> None:
    text = "학교에서 <|user|> 갔다 abc " * 320_000
    (encoded,) = chat.encode([[Message("user", text), Message("assistant", "네.")]])
    end = int(encoded.turn_ends[0])
    assert encoder.decode(encoded.ids[1 : end - 1]) == text


@pytest.mark.parametrize(
    ("roles", "told"),
    [
        ([SYSTEM, ASSISTANT], "message 2 (assistant) follows a system message"),
        ([SYSTEM, SYSTEM, USER], "message 2 (system) follows a system message"),
        ([USER, SYSTEM], "the last message is a system message"),
    ],
)
def test_what_the_template_would_leave_out_is_an_error(roles: list[str], told: str) -> None:
    with pytest.raises(ValueError, match="opens a user turn") as error:
        turns_of([Message(role, "말") for role in roles])  # type: ignore[arg-type]
    assert told in str(error.value)


@pytest.mark.parametrize(("max_tokens", "turns"), [(100, 4), (12, 4), (11, 2), (6, 2), (5, 0), (0, 0)])
def test_leading_turns_end_with_an_answer(max_tokens: int, turns: int) -> None:
    #              user 1-3    assistant 4-6    user 7-9       assistant 10-12
    mask = np.array([0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1], np.uint8)
    chat = EncodedChat(np.arange(12, dtype=np.int32), mask, np.array([3, 6, 9, 12], np.int32))
    kept = leading_turns(chat, max_tokens=max_tokens)
    assert (0 if kept is None else len(kept.turn_ends)) == turns
    if kept:
        assert kept.ids.tolist() == list(range(turns * 3))
        assert kept.loss_mask.tolist() == mask[: turns * 3].tolist()


def test_nothing_is_encoded_as_nothing(chat: ChatEncoder) -> None:
    assert list(chat.encode([])) == []
    ((ids, mask, ends),) = chat.encode([[]])
    assert (len(ids), len(mask), len(ends)) == (0, 0, 0)
    assert leading_turns(EncodedChat(ids, mask, ends), max_tokens=10) is None


def _without_user(content: dict[str, object]) -> None:
    content["added_tokens"] = [token for token in content["added_tokens"] if token["content"] != "<|user|>"]  # type: ignore[union-attr]
    del content["model"]["vocab"]["<|user|>"]  # type: ignore[index]


def test_a_tokenizer_without_our_tokens(tokenizer_path: Path, tmp_path: Path) -> None:
    content = json.loads(tokenizer_path.read_text())
    _without_user(content)
    (tmp_path / "without.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"the tokenizer has no <\|user\|>: give the tokenizer.json"):
        ChatEncoder(Encoder(tmp_path / "without.json"))


def test_a_tokenizer_with_our_tokens_at_other_ids_or_as_ordinary_words(tokenizer_path: Path, tmp_path: Path) -> None:
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    content = json.loads(tokenizer_path.read_text())
    _without_user(content)
    moved = Tokenizer.from_str(json.dumps(content))
    moved.add_special_tokens([AddedToken("<|user|>", special=True, normalized=False)])
    moved.save(str(tmp_path / "moved.json"))
    with pytest.raises(ValueError, match=r"has <\|user\|> as id \d+, not 1"):
        ChatEncoder(Encoder(tmp_path / "moved.json"))
    content = json.loads(tokenizer.to_str())
    for token in content["added_tokens"]:
        token["special"] = False
    (tmp_path / "words.json").write_text(json.dumps(content))
    with pytest.raises(ValueError, match=r"finds <\|user\|> in ordinary text"):
        ChatEncoder(Encoder(tmp_path / "words.json"))
