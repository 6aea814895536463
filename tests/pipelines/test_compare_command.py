"""``malmoi tokenizer compare`` as a user types it, and the files it finds."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import zstandard

import malmoi
from pipelines.scatter_plot import Axis, Point, scatter_plot
from pipelines.tokenizer_files import read_tokenizer_files
from tests.tokenizer.reading.test_ranks import RANKS, tekken_file, tiktoken_file
from tokenizer.assembling import save
from tokenizer.train import Training, count_words, train

TEXTS = ["안녕하세요. 학교에서 책을 읽었다.", "오늘은 날씨가 좋다."]


@pytest.fixture
def files(tmp_path: Path) -> Path:
    lines = [json.dumps({"id": n, "text": text}, ensure_ascii=False) for n, text in enumerate(TEXTS)]
    (tmp_path / "ko.jsonl").write_text("\n".join(lines) + "\n{broken\n", encoding="utf-8")
    (tmp_path / "en.txt").write_text("No Hangul in it.\n", encoding="utf-8")
    rows = [{"ko": "책", "en": "book"}, {"ko": "글", "en": ""}, {"ko": "학교", "en": "school", "de": "Schule"}]
    (tmp_path / "aligned.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "cl100k_base.tiktoken.zst").write_bytes(zstandard.compress(tiktoken_file(RANKS)))
    (tmp_path / "tekken_240911.json").write_bytes(tekken_file(RANKS))
    save(train(count_words(TEXTS * 3), Training(vocab_size=330)).tokenizer, directory=tmp_path / "ours")
    return tmp_path


def compared(files: Path, capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    command = [word.replace("{}", str(files)) for word in words]
    assert malmoi.main(["tokenizer", "compare", *command, "--json", "--no-speed"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_format_in_one_table(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["{}/ours", "{}/cl100k_base.tiktoken.zst", "other={}/tekken_240911.json", "--text", "{}/ko.jsonl"]
    found = compared(files, capsys, *words, "--parallel", "{}/aligned.jsonl", "--against", "cl100k_base")
    characters = sum(map(len, TEXTS))
    assert found["text"] == {
        "documents": 2,
        "words": 7,
        "characters": characters,
        "bytes": sum(len(t.encode()) for t in TEXTS),
    }
    assert (found["segments"], found["languages"]) == (2, ["ko", "en"])
    ours, reference, other = found["tokenizers"]
    assert [row["name"] for row in found["tokenizers"]] == ["ours", "cl100k_base", "other"]
    assert (reference["ratio"], other["ratio"]) == (1.0, 1.0)
    assert ours["ratio"] == round(ours["tokens"] / reference["tokens"], 4) < 1
    assert ours["tokens_per_character"] == round(ours["tokens"] / characters, 4)
    assert ours["tokens_per_document"] == ours["tokens"] / 2
    assert (reference["premium"], other["premium"]) == (0.9, 0.9)  # 책 학교: 9 bytes; book school: 10
    assert all(row["round_trip"] == 1.0 and row["megabytes_per_s"] is None for row in found["tokenizers"])
    assert 0 <= ours["misaligned"] <= ours["misaligned"] + ours["aligned"] <= 1
    assert ours["byte_tokens"] < reference["byte_tokens"] < 1


def test_a_table_and_a_plot(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plot = files / "plot.svg"
    words = ["tokenizer", "compare", str(files / "ours"), str(files / "tekken_240911.json"), "--text", str(files / "ko.jsonl")]
    assert malmoi.main([*words, "--plot", str(plot)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:4] == ["tokenizer", "entries", "tokens", "per"]
    assert "ratio" not in lines[0]
    assert "premium" not in lines[0]
    assert lines[0].endswith("MB/s")
    assert lines[1].split()[:2] == ["ours", "330"]
    svg = plot.read_text(encoding="utf-8")
    ElementTree.fromstring(svg)
    assert ">ours<" in svg
    assert "misaligned tokens" in svg


def test_text_without_hangul(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = compared(files, capsys, "{}/ours", "--text", "{}/en.txt", "--plot", "{}/p.svg")
    assert found["tokenizers"][0]["aligned"] is None
    assert ">entries<" in (files / "p.svg").read_text()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["none.json", "--text", "{}/ko.jsonl"], 1, "none.json: no such file"),
        (["numpy", "--text", "{}/ko.jsonl"], 1, "numpy: no tokenizer.json"),
        (["numpy:x.json", "--text", "{}/ko.jsonl"], 1, "the package numpy has no file x.json"),
        (["{}", "--text", "{}/ko.jsonl"], 1, "2 tokenizers in it; name one of"),
        (["{}/ours", "{}/ours", "--text", "{}/ko.jsonl"], 1, "two tokenizers are called ours"),
        (["{}/ours", "--text", "{}/none.jsonl"], 1, "none.jsonl"),
        (["{}/ours", "--text", "{}/ko.jsonl", "--text-column", "body"], 1, "no document was found"),
        (["{}/ours", "--text", "{}/ko.jsonl", "--against", "o200k"], 1, "--against o200k: the tokenizers are ours"),
        (["{}/ours", "--text", "{}/ko.jsonl", "--parallel", "{}/ko.jsonl"], 1, "no segment with both 'ko' and 'en'"),
        (["{}/ours", "--text", "{}/ko.jsonl", "--languages", "ko"], 2, "give two columns"),
        (["{}/ours", "--text", "{}/ko.jsonl", "--max-bytes", "0"], 2, "--max-bytes must be at least 1"),
        (["{}/ko.jsonl", "--text", "{}/ko.jsonl"], 1, "damaged JSON"),
    ],
)
def test_mistakes(files: Path, capsys: pytest.CaptureFixture[str], words: list[str], code: int, told: str) -> None:
    command = [word.replace("{}", str(files)) for word in words]
    assert malmoi.main(["tokenizer", "compare", *command]) == code
    assert told in capsys.readouterr().err


def test_files_in_packages_and_names(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = files / "somepackage"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (package / "data" / "tekken_1.json").write_bytes(b"{}")
    monkeypatch.syspath_prepend(str(files))
    words = ["somepackage", "again=somepackage:data/tekken_1.json", str(files / "ours" / "tokenizer.json")]
    found = read_tokenizer_files(words)
    assert [(file.name, file.file) for file in found] == [
        ("tekken_1", "tekken_1.json"),
        ("again", "tekken_1.json"),
        ("ours", "tokenizer.json"),
    ]
    assert found[0].content == b"{}"
    (files / "x.tiktoken.zst").write_bytes(b"not compressed")
    with pytest.raises(ValueError, match="cannot be decompressed"):
        read_tokenizer_files([str(files / "x.tiktoken.zst")])


def test_plots_of_any_points() -> None:
    axis = Axis(title="x & y")
    for points in (
        [Point("one", 0.0, 0.0)],
        [Point("a", 1.0, 1.0, "g"), Point("b", 1.0, 1.0, "g"), Point("<c>", 1e-9, 1e9, "h")],
        [Point(f"number {n}", 0.5, 0.1) for n in range(20)],
    ):
        svg = scatter_plot(
            points, title="<t>", x=axis, y=Axis(title="y", percent=True), joined=["g"] if len(points) == 3 else []
        )
        ElementTree.fromstring(svg)
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        assert svg.count("<circle") >= len(points)
    with pytest.raises(ValueError, match="needs points"):
        scatter_plot([], title="", x=axis, y=axis)
    with pytest.raises(ValueError, match="finite"):
        scatter_plot([Point("a", float("nan"), 0)], title="", x=axis, y=axis)
