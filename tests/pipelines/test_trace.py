"""``malmoi trace`` on a small packed run, both ways: every piece with its document and text, every use with its places."""

import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from malmoi import main
from pipelines.engine import files
from pipelines.shard_set import open_shards
from pipelines.trace_command import TraceUsageError, run_trace
from tokenizer.lineage import read_lineage

from .packed_run import DROPPED_ID, LONG_ID, ODD_ID, UNUSED_ID, edit_json, repeats_of, texts

KOREAN = "64/korean/part-00000"


def traced(run: Path, *words: str, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    named = dict(zip(("shard", "sequence"), words, strict=False))
    run_trace(str(run), out, **named, as_json=True, show_all=True, **options)
    return json.loads(out.getvalue())


def page(run: Path, *words: str, **options: Any) -> str:
    out = io.StringIO()
    named = dict(zip(("shard", "sequence"), words, strict=False))
    run_trace(str(run), out, **named, **options)
    return out.getvalue()


def test_every_token_of_every_sequence(packed_run: Path) -> None:
    """Pieces and padding tile each sequence, as the lineage says; the rest of a piece is where the lineage has it."""
    shards = open_shards(str(packed_run))
    for name in shards.names:
        lineage = read_lineage(packed_run / f"shards/{name}.lineage.parquet").to_pylist()
        for number in range(shards.num_sequences(name)):
            told = traced(packed_run, name, str(number))
            parts = [(p["start"], p["length"]) for p in told["pieces"]] + [(p["start"], p["length"]) for p in told["padding"]]
            edges = sorted(parts)
            assert [start for start, _ in edges] == [0, *np.cumsum([length for _, length in edges])[:-1].tolist()]
            assert sum(length for _, length in parts) == told["sequence_length"]
            own = [row for row in lineage if row["sequence"] == number]
            assert [(p["document_id"], p["repeat"], p["start"]) for p in told["pieces"]] == [
                (row["document_id"], row["repeat"], row["start"]) for row in own
            ]
            for piece in told["pieces"]:
                others = [r for r in lineage if (r["document_id"], r["repeat"]) == (piece["document_id"], piece["repeat"])]
                assert len(piece["rest"]) == len(others) - 1
                assert piece["use_tokens"] == sum(row["length"] for row in others)


def test_what_is_told_of_a_piece(packed_run: Path) -> None:
    found = [
        piece
        for name in open_shards(str(packed_run)).names
        for number in range(open_shards(str(packed_run)).num_sequences(name))
        for piece in traced(packed_run, name, str(number))["pieces"]
        if piece["document_id"] == "py-1"
    ]
    assert found
    for piece in found:
        assert (piece["source"], piece["segment"], piece["language"], piece["licence"]) == ("made", "code", "python", "CC0-1.0")
        assert piece["uri"] == "part-00001-000.txt"
        assert piece["planned_uses"] == repeats_of("py-1")[0]
        if piece["whole"] and piece["form"] == "plain":
            assert piece["text"] == texts()["py-1"][3] + "[[<|endoftext|>]]"


def test_special_tokens_differ_from_text_that_names_them(packed_run: Path) -> None:
    told = traced(packed_run, document="ko-special")
    assert told["text"] == texts()["ko-special"][3]
    places = [(use, place) for use in told["uses"] for place in use["places"]]
    shown = [
        piece["text"]
        for use, place in places
        for piece in traced(packed_run, use["shard"], str(place["sequence"]))["pieces"]
        if piece["document_id"] == "ko-special"
    ]
    together = "".join(shown)
    assert together.count("[[<|endoftext|>]]") == len(told["uses"])
    assert together.count("<|endoftext|>") >= len(told["uses"]) + 1


@pytest.mark.parametrize("identifier", [i for i in texts() if i != UNUSED_ID])
def test_where_a_document_is(packed_run: Path, identifier: str) -> None:
    told = traced(packed_run, document=identifier)
    repeats, long = repeats_of(identifier)
    assert told["state"] == "used"
    assert [use["repeat"] for use in told["uses"]] == list(range(repeats)) == list(range(told["planned_uses"]))
    for use in told["uses"]:
        assert use["complete"]
        assert use["shard"].split("/")[:2] == ["256" if long >> use["repeat"] & 1 else "64", texts()[identifier][1]]
        assert use["tokens"] == sum(place["length"] for place in use["places"])
        assert use["tokens"] == (told["num_tokens"] if use["form"] == "plain" else told["fim_tokens"])
        for place in use["places"]:
            there = traced(packed_run, use["shard"], str(place["sequence"]), position=str(place["start"]))["pieces"]
            assert [(piece["document_id"], piece["repeat"], piece["form"]) for piece in there] == [
                (identifier, use["repeat"], use["form"])
            ]
    assert told["text"] == texts()[identifier][3]


def test_documents_that_are_nowhere(packed_run: Path) -> None:
    assert traced(packed_run, document=UNUSED_ID)["state"] == "planned 0 times"
    assert "Planned 0 times" in page(packed_run, document=UNUSED_ID)
    assert traced(packed_run, document=DROPPED_ID)["state"] == "lost"
    assert f"malmoi why {packed_run} '{DROPPED_ID}' tells where and why" in page(packed_run, document=DROPPED_ID)
    told = traced(packed_run, document="ko-spezial")
    assert (told["state"], told["uses"]) == ("unknown", [])
    assert "ko-special" in page(packed_run, document="ko-spezial")
    out = io.StringIO()
    assert [run_trace(str(packed_run), out, document=i) for i in (UNUSED_ID, DROPPED_ID, "nobody", "ko-1")] == [1, 1, 1, 0]


def test_a_page(packed_run: Path) -> None:
    told = page(packed_run, KOREAN, "0")
    assert told.startswith(f"{KOREAN}, sequence 0 of ")
    assert "\nkorean, 64 tokens: " in told
    assert "    made, korean, ko, CC0-1.0, part-0000" in told
    shown = page(packed_run, document=LONG_ID)
    assert "more characters (--all)" in shown
    assert "use 0, plain, " in shown
    assert "more characters" not in page(packed_run, document=LONG_ID, show_all=True)


def test_nothing_acts_on_a_terminal(packed_run: Path) -> None:
    told = page(packed_run, document=ODD_ID) + page(packed_run, document="ko-control", show_all=True)
    assert told.splitlines()[0] == "odd<U+000A>id <U+001B>[31m<U+202E>"
    assert not {"\x1b", "\u202e", "\r", "\x00"} & set(told)
    assert "<U+001B>[2J" in told


@pytest.mark.parametrize(
    "given",
    [
        f"{KOREAN}.bin",
        f"{KOREAN}.idx",
        f"{KOREAN}.lineage.parquet",
        f"{KOREAN}.boundaries.bin",
        f"shards/{KOREAN}",
        f"./x/{KOREAN}/",
        KOREAN.replace("/", "\\"),
    ],
)
def test_names_of_a_shard(packed_run: Path, given: str) -> None:
    assert traced(packed_run, given, "0")["shard"] == KOREAN


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("64/korea/part-00000", "0"), "has no shard '64/korea/part-00000'; there are 64/korean/part-00000"),
        (("", "0"), "has no shard ''; there are 256/code/part-00000"),
        (("64/korean/part-00000\n", "0"), "has no shard '64/korean/part-00000\\\\n'"),
        ((KOREAN, "99999"), "has no sequence 99,999: its sequences are 0 to "),
        ((KOREAN, "-1"), "'-1' is no number of a sequence"),
        ((KOREAN, "x"), "'x' is no number of a sequence"),
        ((KOREAN, ""), "'' is no number of a sequence"),
        ((KOREAN, "1.0"), "is no number of a sequence"),
        ((KOREAN, "²"), "is no number of a sequence"),
        ((KOREAN, "9" * 40), "has no sequence"),
    ],
)
def test_no_such_sequence(packed_run: Path, words: tuple[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        page(packed_run, *words)


@pytest.mark.parametrize(
    ("position", "message"), [("64", "no token 64 in a sequence of 64"), ("-1", "no place"), ("x", "no place")]
)
def test_no_such_position(packed_run: Path, position: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        page(packed_run, KOREAN, "0", position=position)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ((), {}),
        ((KOREAN,), {}),
        ((KOREAN, "0"), {"document": "ko-1"}),
        ((), {"document": "ko-1", "position": "1"}),
        ((KOREAN,), {"document": "ko-1"}),
    ],
)
def test_what_is_asked_is_not_clear(packed_run: Path, words: tuple[str, ...], options: dict[str, str]) -> None:
    with pytest.raises(TraceUsageError, match="--document ID") as error:
        page(packed_run, *words, **options)
    assert error.value.exit_code == 2


def test_an_empty_id(packed_run: Path) -> None:
    with pytest.raises(ValueError, match="--document is empty"):
        page(packed_run, document="")
    with pytest.raises(ValueError, match="is not UTF-8"):
        page(packed_run, document="\udce9t\udce9")


@pytest.mark.parametrize("identifier", ["\n", "\x00", "a\x1b[2J", "가" * 5_000, "'; --", "%s{}"])
def test_odd_ids(packed_run: Path, identifier: str) -> None:
    told = page(packed_run, document=identifier)
    assert told.startswith("no document of ")
    assert "\x1b" not in told


def test_shards_without_their_run(packed_run: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    shutil.copytree(packed_run / "shards", alone)
    told = traced(alone, KOREAN, "0")
    assert [piece["text"] for piece in told["pieces"]] == [None] * len(told["pieces"])
    assert "no tokenizer.json here" in page(alone, KOREAN, "0")
    assert "is no run: only what the shards themselves tell" in page(alone, KOREAN, "0")
    tokenizer = str(packed_run / "tokenizer/tokenizer.json")
    assert traced(alone, document=LONG_ID, tokenizer=tokenizer)["text"] == texts()[LONG_ID][3]
    assert traced(alone, document=LONG_ID)["text"] is None
    assert "without the run nobody knows" in page(alone, document="nobody")
    shutil.copy(tokenizer, alone / "tokenizer.json")
    assert traced(alone, document=LONG_ID)["text"] == texts()[LONG_ID][3]
    # Beside the run's own directory, they are of the run.
    assert traced(packed_run / "shards", KOREAN, "0") | {"run": ""} == traced(packed_run, KOREAN, "0") | {"run": ""}


def test_another_tokenizer(packed_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "tokenizer.json"
    other.write_text((packed_run / "tokenizer/tokenizer.json").read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(ValueError, match="is not the tokenizer of these shards: its SHA-256 is"):
        page(packed_run, KOREAN, "0", tokenizer=str(other))
    with pytest.raises(ValueError, match="no such file"):
        page(packed_run, KOREAN, "0", tokenizer=str(tmp_path / "none.json"))


def test_runs_that_cannot_be_traced(packed_run: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such directory"):
        page(tmp_path / "none", document="a")
    with pytest.raises(ValueError, match="neither a run nor a shards directory"):
        page(tmp_path, document="a")
    files.write_json(str(tmp_path / "resolved.json"), {})
    with pytest.raises(ValueError, match="has no shards yet"):
        page(tmp_path, document="a")
    run = tmp_path / "run"
    shutil.copytree(packed_run, run)
    (run / f"shards/{KOREAN}.lineage.parquet").unlink()
    for words, options in (((KOREAN, "0"), {}), ((), {"document": "ko-1"})):
        with pytest.raises(ValueError, match=r"lineage.parquet is missing: run `malmoi verify`"):
            page(run, *words, **options)
    (run / f"shards/{KOREAN}.lineage.parquet").write_bytes(b"PAR1")
    for words, options in (((KOREAN, "0"), {}), ((), {"document": "ko-1"})):
        with pytest.raises(ValueError, match="is damaged"):
            page(run, *words, **options)
    (run / f"shards/{KOREAN}.bin").unlink()
    with pytest.raises(ValueError, match=r"\.bin is missing"):
        page(run, KOREAN, "0")
    edit_json(run / "shards/shards.json", lambda value: value.clear())
    with pytest.raises(ValueError, match="does not describe shards"):
        page(run, KOREAN, "0")


def test_the_command(packed_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", str(packed_run), KOREAN, "0", "--position", "0", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["pieces"]) == 1
    assert main(["trace", str(packed_run), KOREAN, "-1"]) == 1
    assert "'-1' is no number of a sequence" in capsys.readouterr().err
    assert main(["trace", str(packed_run), KOREAN]) == 2
    assert main(["trace", str(packed_run), "--document", "nobody"]) == 1
    assert main(["verify", str(packed_run), "--sequences", "x"]) == 1
    assert "give a number of sequences, or all" in capsys.readouterr().err
