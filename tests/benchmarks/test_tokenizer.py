"""The tokenizer's benchmark: what is held out, what the acceptance list says, the plot of the frontier."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import zstandard

from benchmarks import tokenizer, tokenizer_text
from tokenizer.alignment import Alignment
from tokenizer.comparison import Figures


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, count in (("ko/manual", 400), ("ko/nsmc-reviews", 400), ("ko/konlpy", 3), ("multilingual/de", 400)):
        rows = (json.dumps({"id": f"{name} {n}", "text": f"{name} {n}"}) + "\n" for n in range(count))
        path = tmp_path / f"{name}.jsonl.zst"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zstandard.compress("".join(rows).encode()))
    monkeypatch.setattr(tokenizer_text, "_code", lambda: iter([("a = 1", False), ("b = 2", True)]))
    monkeypatch.setattr(tokenizer_text, "_MAX_REVIEW_BYTES", 1000)
    return tmp_path


def test_nothing_held_out_is_trained_on(data: Path) -> None:
    trained = list(tokenizer_text.training_texts(data))
    held_out = tokenizer_text.held_out_texts(data)
    assert not set(trained) & {text for texts in held_out.values() for text in texts}
    assert held_out["unseen"] == ["ko/konlpy 0", "ko/konlpy 1", "ko/konlpy 2"]
    assert held_out["code"] == ["b = 2"]
    assert 0 < len(held_out["multilingual"]) < 40
    assert 0 < sum(text.startswith("ko/manual") for text in held_out["seen"]) < 40
    assert 1000 <= sum(len(text) for text in trained if text.startswith("ko/nsmc")) < 1030
    assert "a = 1" in trained


def figures(name: str, tokens: int, misaligned: int) -> Figures:
    return Figures(name=name, num_entries=100_000, tokens=tokens, alignment=Alignment(1000, 700, misaligned))


def test_acceptance_and_plot(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {tokenizer._name(variant): 100 for variant in tokenizer.VARIANTS} | {"cl100k_base": 240, "o200k_base": 99}
    measured = {
        kind: {name: figures(name, tokens, 21) for name, tokens in rows.items()}
        for kind in ("seen", "unseen", "multilingual", "code")
    }
    tokenizer._print_acceptance(measured, ["cl100k_base", "o200k_base"])
    lines = capsys.readouterr().out.splitlines()
    assert "holds  seen Korean tokens against misalignment 0, korean 1: 1.0000 (at most 1)" in lines
    assert "FAILS  unseen Korean tokens against o200k_base: 1.0101 (at most 1)" in lines
    assert "FAILS  misaligned, unseen: 0.0210 (at most 0.02)" in lines
    assert "holds  aligned, unseen: 0.7000 (at least 0.66)" in lines
    assert "holds  seen Korean against cl100k: 0.4167 (at most 0.43)" in lines
    svg = tokenizer._frontier(measured["unseen"], 500)
    ElementTree.fromstring(svg)
    assert svg.count(">plain BPE<") == 3
    assert svg.count("<polyline") == 3


def test_more_text_has_more_kinds_of_words() -> None:
    text = " ".join(f"word{n}" for n in range(100))
    again = "".join(tokenizer._renewed(text, 3))
    assert len(again.split(" ")) == 100
    assert len(set(again.split()) - set(text.split())) == 5
