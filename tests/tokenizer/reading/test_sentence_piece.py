"""SentencePiece models: by the package where it is there, else the message that says so."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tokenizer.reading.formats import read_tokenizer


class Processor:
    """Stands for SentencePieceProcessor: a piece is a character, or three bytes of 힣."""

    def __init__(self, *, model_proto: bytes) -> None:
        if model_proto != b"\n\x07model":
            raise RuntimeError("could not parse ModelProto")

    pieces = ("<unk>", "<0x41>", "<0xED>", "a", "▁")

    def get_piece_size(self) -> int:
        return len(self.pieces)

    def id_to_piece(self, number: int) -> str:
        return self.pieces[number]

    def is_byte(self, number: int) -> bool:
        return self.pieces[number].startswith("<0x")

    def encode(self, text: Any, *, out_type: Any) -> Any:
        assert out_type == (int if isinstance(text, list) else "immutable_proto")
        if isinstance(text, list):
            return [[piece.id for piece in self.encode(one, out_type="immutable_proto").pieces] for one in text]
        found = []
        for place, letter in enumerate(text):
            number = self.pieces.index({" ": "▁", "a": "a"}.get(letter, "<0xED>"))
            found += [SimpleNamespace(id=number, begin=place, end=place + 1)] * (3 if letter == "힣" else 1)
        return SimpleNamespace(pieces=found)

    def decode(self, ids: list[int]) -> str:
        return "".join({"▁": " "}.get(self.pieces[number], self.pieces[number]) for number in ids)


def install(monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    monkeypatch.setitem(sys.modules, "sentencepiece", module)


def test_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sentencepiece")
    module.SentencePieceProcessor = Processor  # type: ignore[attr-defined]
    install(monkeypatch, module)
    tokenizer = read_tokenizer(b"\n\x07model", name="x.model")
    assert tokenizer.num_entries == 5
    assert tokenizer.byte_entries.tolist() == [False, False, True, False, False]
    (tokens,) = tokenizer.tokens(["a 힣"])
    assert list(zip(tokens.ids.tolist(), tokens.begins.tolist(), tokens.ends.tolist(), strict=True)) == [
        (3, 0, 1),
        (4, 1, 2),
        (2, 2, 3),
        (2, 2, 3),
        (2, 2, 3),
    ]
    assert tokenizer.tokens([""])[0].ids.tolist() == []
    assert tokenizer.count(["a a", "힣"]) == 6
    assert tokenizer.decode([3, 4, 3]) == "a a"
    with pytest.raises(ValueError, match=r"x\.model is no SentencePiece model"):
        read_tokenizer(b"\n\x03bad", name="x.model")


def test_the_package_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, None)
    with pytest.raises(ValueError, match="the package sentencepiece is not installed"):
        read_tokenizer(b"\n\x07model", name="x.model")
