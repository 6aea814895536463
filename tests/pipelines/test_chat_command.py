"""malmoi chat: shards, ledger and index; the same bytes again; nothing lost in silence; bad input of every kind."""

import gzip
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard

import malmoi
from pipelines.chat_command import run_chat
from tokenizer.assembling import save
from tokenizer.encode import Encoder
from tokenizer.train import Training, count_words, train

TEXTS = ("안녕하세요. 학교에 갔다 왔습니다.", "The quick brown fox.", "def main(argument):\n    return None\n")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    trained = train(count_words(TEXTS), Training(vocab_size=340))
    return save(trained.tokenizer, directory=tmp_path_factory.mktemp("tokenizer"))


def said(*texts: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


def lines(*records: Any) -> bytes:
    written = [r if isinstance(r, bytes) else json.dumps(r, ensure_ascii=False).encode() for r in records]
    return b"".join(record + b"\n" for record in written)


def run(place: Path, tokenizer: Path, *names: str, **how: Any) -> tuple[int, dict[str, Any], list[dict[str, Any]], str]:
    messages, results = io.StringIO(), io.StringIO()
    inputs = [str(place / name) for name in names or ["in.jsonl"]]
    how = {"max_unreadable": 1.0, **how}
    out = str(how.pop("out", place / "out"))
    code = run_chat(inputs, out, tokenizer=str(tokenizer), as_json=True, messages=messages, results=results, **how)
    ledger = pq.read_table(f"{out}/ledger.parquet").to_pylist()
    return code, json.loads(results.getvalue()), ledger, messages.getvalue()


def rows(place: Path, index: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for name in sorted(index["files"]) if "-" in name for row in pq.read_table(place / "out" / name).to_pylist()]


def test_conversations(tmp_path: Path, tokenizer: Path) -> None:
    records = [
        {"id": "a", "messages": said("안녕?", "네 <|endofturn|>", "끝?")},
        {"id": 7, "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]},
        {"messages": said("a")},
        {"id": "a", "messages": said("다시", "또")},
    ]
    (tmp_path / "in.jsonl").write_bytes(lines(*records))
    code, index, ledger, told = run(tmp_path, tokenizer)
    encoder = Encoder(tokenizer)
    found = rows(tmp_path, index)
    assert [(row["id"], row["source"], row["turns"], row["length"]) for row in found] == [
        ("a", "in.jsonl", 2, len(found[0]["token_ids"])),
        ("7", "in.jsonl", 2, len(found[1]["token_ids"])),
    ]
    answer = encoder.encode("네 <|endofturn|>").tolist()
    assert found[0]["token_ids"] == [1, *encoder.encode("안녕?").tolist(), 3, 2, *answer, 3]
    assert found[0]["loss_mask"] == [0] * (len(found[0]["token_ids"]) - len(answer) - 1) + [1] * (len(answer) + 1)
    assert found[0]["learned"] == len(answer) + 1
    place = len(lines(*records[:2]))
    assert [(row["id"], row["action"], [f["rule"] for f in row["failures"]], row["uri"]) for row in ledger] == [
        ("a", "dropped", ["duplicate_id"], f"in.jsonl#{len(lines(*records[:3]))}"),
        (f"in.jsonl#{place}", "dropped", ["no_assistant_turn"], f"in.jsonl#{place}"),
        ("a", "edited", ["ends_with_user"], "in.jsonl#0"),
    ]
    assert code == 0
    assert index["counts"] == {"in": 4, "kept": 2, "dropped": 2, "unreadable": 0, "edited": 1}
    assert index["forms"] == {"conversations": 1, "messages": 1}
    assert index["totals"]["tokens"] == sum(row["length"] for row in found)
    assert index["special_tokens"]["<|endofturn|>"] == 3
    assert index["tokenizer"]["sha256"] == hashlib.sha256(tokenizer.read_bytes()).hexdigest()
    assert sum(index["lengths"].values()) == 2
    for name, described in index["files"].items():
        content = (tmp_path / "out" / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (described["bytes"], described["sha256"])
    assert "4 records: 2 kept, 2 dropped; 1 of the kept are shortened" in told


def test_too_long(tmp_path: Path, tokenizer: Path) -> None:
    long = "가나다 " * 100
    turns = ["q", "r", "q2", "r2", "q3", long]
    (tmp_path / "in.jsonl").write_bytes(lines({"messages": said(*turns)}, {"messages": said("q", long)}))
    _, index, ledger, _ = run(tmp_path, tokenizer, max_tokens=40)
    assert [row["turns"] for row in rows(tmp_path, index)] == [4]
    assert [(row["action"], row["failures"][0]["rule"], row["failures"][0]["threshold"]) for row in ledger] == [
        ("edited", "cut_to_length", 40.0),
        ("dropped", "too_long", 40.0),
    ]
    assert ledger[0]["failures"][0]["value"] > 40
    assert ledger[0]["failures"][0]["detail"].startswith("4 of 6 turns are kept")


def test_comparisons_of_a_prompt_meet(tmp_path: Path, tokenizer: Path) -> None:
    pair = {"prompt": "안녕?", "chosen": "네.", "rejected": "왜?"}
    (tmp_path / "a.jsonl").write_bytes(lines({"id": "1", **pair}, {"id": "2", **pair, "prompt": "다른?"}))
    more = [{"id": "3", **pair, "rejected": "음"}, {"id": "4", "prompt": "안녕?", "answers": ["음", "네."]}]
    (tmp_path / "b.jsonl").write_bytes(lines(*more, {"id": "5", **pair, "rejected": "가나다 " * 200}))
    code, index, ledger, _ = run(tmp_path, tokenizer, "a.jsonl", "b.jsonl", kind="comparisons", max_tokens=60)
    encoder = Encoder(tokenizer)
    found = {row["id"]: row for row in rows(tmp_path, index)}
    assert code == 0
    assert {key: row["records"] for key, row in found.items()} == {"1": ["1", "3", "4"], "2": ["2"]}
    first = found["1"]
    assert first["prompt"] == [1, *encoder.encode("안녕?").tolist(), 3, 2]
    assert first["answers"] == [[*encoder.encode(text).tolist(), 3] for text in ("네.", "왜?", "음")]
    assert list(zip(first["better"], first["worse"], strict=True)) == [(0, 1), (0, 2), (2, 0)]
    lengths = [len(first["prompt"]) + len(answer) for answer in first["answers"]]
    assert (first["length"], first["longest"]) == (sum(lengths), max(lengths))
    assert index["totals"]["longest_prompt_tokens"] == sum(lengths)
    assert (index["totals"]["prompts"], index["totals"]["comparisons"], index["totals"]["answers"]) == (2, 4, 5)
    assert [(row["id"], row["failures"][0]["rule"]) for row in ledger] == [("5", "too_long")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "comparisons-00000.parquet",
        "index.json",
        "ledger.parquet",
    ]


def test_a_long_answer_goes_alone(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines({"prompt": "q", "answers": ["a", "가나다 " * 200, "c"]}))
    _, index, ledger, _ = run(tmp_path, tokenizer, kind="comparisons", max_tokens=60)
    (row,) = rows(tmp_path, index)
    assert (len(row["answers"]), row["better"], row["worse"]) == (2, [0], [1])
    assert [(row["action"], row["failures"][0]["rule"]) for row in ledger] == [("edited", "answer_too_long")]


@pytest.mark.parametrize("kind", ["conversations", "comparisons"])
def test_the_same_bytes_however_the_input_is_held(kind: str, tmp_path: Path, tokenizer: Path) -> None:
    records: list[Any] = [{"id": str(n), "messages": said(f"질문 {n}", f"답 {n} " * (n % 7 + 1))} for n in range(300)]
    if kind == "comparisons":
        records = [{"id": str(n), "prompt": f"질문 {n % 90}", "answers": [f"답 {n}", "b", "c"]} for n in range(300)]
    content = lines(*records)
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/in.jsonl").write_bytes(content)
    (tmp_path / "in.jsonl").write_bytes(content)
    outputs: list[dict[str, str]] = []
    for name in ("in.jsonl", "plain", "in.jsonl"):
        _, index, _, _ = run(tmp_path, tokenizer, name, kind=kind, file_tokens=2000)
        assert len(index["files"]) > 2
        assert max(file.get("tokens", 0) for file in index["files"].values()) < 2200
        outputs.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / "out").iterdir()})
    assert outputs[0] == outputs[1] == outputs[2]
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(content))
    (tmp_path / "in.jsonl.zst").write_bytes(zstandard.ZstdCompressor().compress(content))
    plain = rows(tmp_path, index)
    for name in ("in.jsonl.gz", "in.jsonl.zst"):
        _, index, _, _ = run(tmp_path, tokenizer, name, kind=kind, file_tokens=2000)
        assert [{**row, "source": ""} for row in rows(tmp_path, index)] == [{**row, "source": ""} for row in plain]


GOOD = {"id": "good", "messages": said("q", "r")}


@pytest.mark.parametrize(
    ("content", "action", "rule"),
    [
        (b"\xff\xfe{}\n", "unreadable", "invalid_utf8"),
        (b'{"messages": \n', "unreadable", "invalid_json"),
        (b'{"messages": [', "unreadable", "truncated_record"),
        (b"[1]\n", "unreadable", "not_an_object"),
        (b"null\n", "unreadable", "not_an_object"),
        (b"[" * 100_000 + b"\n", "unreadable", "invalid_json"),
        (b'{"id": [], "messages": []}\n', "unreadable", "invalid_id"),
        (b'{"id": "\\ud800", "messages": []}\n', "unreadable", "lone_surrogate"),
        (b'{"messages": [{"role": "user", "content": "\\udc00"}]}\n', "unreadable", "lone_surrogate"),
        (b'{"id": "x", "messages": []}\n', "dropped", "empty_messages"),
    ],
)
def test_bad_lines_are_rows_of_the_ledger(content: bytes, action: str, rule: str, tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(GOOD) + b"\n  \n" + content)
    code, index, ledger, told = run(tmp_path, tokenizer)
    assert [(row["action"], [failure["rule"] for failure in row["failures"]]) for row in ledger] == [(action, [rule])]
    assert ledger[0]["uri"] == f"in.jsonl#{len(lines(GOOD)) + 4}"
    assert (code, index["counts"]["in"], index["counts"]["kept"]) == (0, 2, 1)
    assert f"{action}: {rule} 1" in told


def test_too_many_unreadable(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(*[{**GOOD, "id": str(n)} for n in range(98)], b"{", b"{"))
    with pytest.raises(ValueError, match=r"2 of 100 records cannot be read \(2.0%; the limit is 1.0%\): invalid_json 2"):
        run(tmp_path, tokenizer, max_unreadable=0.01)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["ledger.parquet"]
    assert run(tmp_path, tokenizer, max_unreadable=0.02)[0] == 0


def test_files_that_hold_nothing(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(b"")
    code, index, ledger, _ = run(tmp_path, tokenizer)
    assert (code, index["counts"]["kept"], [row["failures"][0]["rule"] for row in ledger]) == (1, 0, ["empty_file"])
    assert pq.read_table(tmp_path / "out/conversations-00000.parquet").num_rows == 0


def test_broken_archive(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(lines(*[{**GOOD, "id": str(n)} for n in range(500)]))[:-30])
    with pytest.raises(ValueError, match="fetch it again"):
        run(tmp_path, tokenizer, "in.jsonl.gz")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["missing.jsonl"], "missing.jsonl: no such file"),
        (["in.jsonl", "--tokenizer", "none.json"], "--tokenizer none.json: no such file"),
        (["in.jsonl", "--tokenizer", "in.jsonl"], "--tokenizer in.jsonl is no tokenizer.json"),
        (["in.jsonl", "--max-tokens", "3"], "--max-tokens 3"),
        (["in.jsonl", "--max-unreadable", "2"], "--max-unreadable 2"),
        (["in.jsonl", "--file-tokens", "0"], "--file-tokens 0"),
        (["in.jsonl", "--out", "busy"], "busy holds notes.txt, which `malmoi chat` did not write"),
        (["in.jsonl", "--out", "in.jsonl"], "in.jsonl is a file: give --out a directory"),
    ],
)
def test_mistakes(
    words: list[str],
    told: str,
    tmp_path: Path,
    tokenizer: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_bytes(lines(GOOD))
    (tmp_path / "busy").mkdir()
    (tmp_path / "busy/notes.txt").write_text("mine")
    code = malmoi.main(["chat", "--tokenizer", str(tokenizer), "--out", "out", *words])
    assert (code, told in capsys.readouterr().err) == (1, True)
    assert (tmp_path / "busy/notes.txt").read_text() == "mine"
    assert (tmp_path / "in.jsonl").read_bytes() == lines(GOOD)


def test_a_turn_of_10_mb(tmp_path: Path, tokenizer: Path) -> None:
    text = "학교에 <|user|> 갔다 " * 400_000
    (tmp_path / "in.jsonl").write_bytes(lines({"messages": said("q", text)}, {"id": "b", "messages": said("q", "r")}))
    _, index, ledger, _ = run(tmp_path, tokenizer)
    assert (index["counts"]["kept"], [row["failures"][0]["rule"] for row in ledger]) == (1, ["too_long"])


def test_what_a_killed_run_left_goes(tmp_path: Path, tokenizer: Path) -> None:
    (tmp_path / "in.jsonl").write_bytes(lines(GOOD))
    for name in ("comparisons-00007.parquet", "conversations-00001.parquet.tmp-12-ab", "ledger.parquet", ".work/003.parquet"):
        (tmp_path / "out" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "out" / name).write_bytes(b"half")
    run(tmp_path, tokenizer)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["conversations-00000.parquet", "index.json", "ledger.parquet"]


def test_files_that_each_number_their_records(tmp_path: Path, tokenizer: Path) -> None:
    for name in ("a", "b/a"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.jsonl").write_bytes(lines({**GOOD, "id": 0}, {**GOOD, "id": 1}, {**GOOD, "id": "0"}))
    _, index, ledger, _ = run(tmp_path, tokenizer, "a.jsonl", "b")
    assert [(row["source"], row["id"]) for row in rows(tmp_path, index)] == [
        ("a.jsonl", "0"),
        ("a.jsonl", "1"),
        ("b/a.jsonl", "0"),
        ("b/a.jsonl", "1"),
    ]
    assert [row["failures"][0]["rule"] for row in ledger] == ["duplicate_id", "duplicate_id"]
    assert index["sources"]["b/a.jsonl"] == {"in": 3, "kept": 2, "dropped": 1, "unreadable": 0, "edited": 0}


def test_other_records_do_not_move_a_prompt(tmp_path: Path, tokenizer: Path) -> None:
    records = [{"id": str(n), "prompt": f"질문 {n}", "chosen": f"답 {n}", "rejected": "b"} for n in range(40)]
    orders: list[list[str]] = []
    for some in (records, records[::-1], records[::2]):
        (tmp_path / "in.jsonl").write_bytes(lines(*some))
        _, index, _, _ = run(tmp_path, tokenizer, kind="comparisons")
        orders.append([row["id"] for row in rows(tmp_path, index)])
    assert orders[0] == orders[1]
    assert orders[2] == [name for name in orders[0] if int(name) % 2 == 0]


def test_the_number_of_buckets_does_not_show(tmp_path: Path, tokenizer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [{"id": str(n), "prompt": f"질문 {n % 70}", "answers": [f"답 {n % 5}", "b", f"{n}"]} for n in range(500)]
    (tmp_path / "in.jsonl").write_bytes(lines(*records))
    _, expected, _, _ = run(tmp_path, tokenizer, kind="comparisons", out=tmp_path / "one")
    monkeypatch.setattr("pipelines.chat_command._BUCKET_BYTES", 100)
    monkeypatch.setattr("pipelines.chat.comparisons._BUCKET_ROWS", 3)
    _, index, _, _ = run(tmp_path, tokenizer, kind="comparisons")
    assert index == expected
    found = rows(tmp_path, index)
    assert sorted(record for row in found for record in row["records"]) == sorted(str(n) for n in range(500))
    assert len(found) == 70
