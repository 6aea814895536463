"""malmoi diff: what is kept by both, by one, moved, rewritten; by rule and segment; nearest samples; unfinished and other runs."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

import malmoi
from filters.document import Failure
from pipelines.diff import rows
from pipelines.diff_command import difference, run_diff
from tests.pipelines.diff.made_run import Made, make_run


def short(value: float, threshold: float = 50) -> list[Failure]:
    return [Failure("too_short", value, threshold)]


SYMBOLS = Failure("symbols", 0.5, 0.1)
LOOKING = "가" * 300
#: id -> (in A, in B)
PAIRS: dict[str, tuple[Made | None, Made | None]] = {
    "same": (Made("same", tokens=7, uses=2), Made("same", tokens=7, uses=1)),
    "near": (Made("near", text="near"), Made("near", text="near", stage="filter", failures=short(49))),
    "far": (Made("far", text="far"), Made("far", text="far", stage="filter", failures=[*short(2), SYMBOLS])),
    "again": (Made("again", stage="filter", failures=short(60, 100)), Made("again")),
    "twin": (Made("twin"), Made("twin", stage="dedup", action="duplicate", failures=[Failure("exact")], kept_id="same")),
    "lost": (Made("lost", stage="filter", failures=[SYMBOLS]), Made("lost", stage="filter", failures=[SYMBOLS])),
    "moved": (
        Made("moved", stage="filter", failures=[SYMBOLS]),
        Made("moved", stage="dedup", action="duplicate", failures=[Failure("exact")], kept_id="same"),
    ),
    "bad": (
        Made("bad", segment="", language="", stage="ingest", action="unreadable", failures=[Failure("invalid_utf8")]),
        Made("bad", segment="code", language="c", source="repos"),
    ),
    "text": (Made("text", text=LOOKING + "a" + LOOKING), Made("text", text=LOOKING + "b" + LOOKING, edits=[Failure("pii_email")])),
    "word": (Made("word", segment="multilingual", language="ja"), Made("word", segment="korean", language="ko")),
    "gone": (Made("gone", source="old"), None),
    "new": (None, Made("new", source="fresh")),
}  # fmt: skip
OLD = {"filter": {"ko": {"min_words": 50}}}
NEW = {"filter": {"ko": {"min_words": 60}}}


@pytest.fixture
def runs(tmp_path: Path) -> tuple[str, str]:
    a = [pair[0] for pair in PAIRS.values() if pair[0]]
    b = [pair[1] for pair in reversed(PAIRS.values()) if pair[1]]
    return make_run(tmp_path / "a", a, recipe=OLD), make_run(tmp_path / "b", b, recipe=NEW, num_partitions=3)


def of_rule(found: dict[str, Any], stage: str, rule: str) -> dict[str, Any]:
    (row,) = [row for row in found["rules"] if (row["stage"], row["rule"]) == (stage, rule)]
    return row


def counts(row: dict[str, Any]) -> tuple[int, int, int, int]:
    return row["a"], row["b"], row["newly_lost"], row["newly_kept"]


def test_documents(runs: tuple[str, str]) -> None:
    found = difference(*runs)
    assert found["documents"] == {
        "read": {"a": 11, "b": 11},
        "kept": {"a": 7, "b": 6},
        "kept_by_both": 3,
        "only_a": {
            "documents": 4,
            "in_the_other": [
                {"stage": "filter", "action": "dropped", "documents": 2},
                {"stage": "", "action": "not read", "documents": 1},
                {"stage": "dedup", "action": "duplicate", "documents": 1},
            ],
        },
        "only_b": {
            "documents": 3,
            "in_the_other": [
                {"stage": "", "action": "not read", "documents": 1},
                {"stage": "filter", "action": "dropped", "documents": 1},
                {"stage": "ingest", "action": "unreadable", "documents": 1},
            ],
        },
        "lost_by_both": 2,
        "lost_by_other_rules": 1,
        "rewritten": 1,
        "rewritten_by_segment": {"korean": 1},
    }
    assert [row for row in found["recipe"] if row["key"] != "name"] == [{"key": "filter.ko.min_words", "old": 50, "new": 60}]
    assert found["notes"] == []


def test_rules_by_segment(runs: tuple[str, str]) -> None:
    found = difference(*runs)
    assert counts(of_rule(found, "filter", "too_short")) == (1, 2, 2, 1)
    assert of_rule(found, "filter", "too_short")["segments"] == {"korean": {"a": 1, "b": 2, "newly_lost": 2, "newly_kept": 1}}
    assert counts(of_rule(found, "filter", "symbols")) == (2, 2, 1, 0)
    assert counts(of_rule(found, "dedup", "exact")) == (0, 2, 1, 0)
    assert of_rule(found, "ingest", "invalid_utf8")["segments"] == {
        "code": {"a": 0, "b": 0, "newly_lost": 0, "newly_kept": 1},
        "": {"a": 1, "b": 0, "newly_lost": 0, "newly_kept": 0},
    }
    assert (of_rule(found, "filter", "pii_email")["action"], counts(of_rule(found, "filter", "pii_email"))) == (
        "edited",
        (0, 1, 0, 0),
    )
    assert found["rules"][0]["rule"] == "too_short"


def test_tokens_and_uses(runs: tuple[str, str]) -> None:
    found = difference(*runs)
    segments = {row["name"]: (row["a"], row["b"]) for row in found["segments"]}
    assert segments["korean"] == (
        {"documents": 6, "tokens": 57, "uses": 7, "planned_tokens": 64},
        {"documents": 5, "tokens": 47, "uses": 5, "planned_tokens": 47},
    )
    assert segments["code"][0]["documents"] == 0
    assert [row["name"] for row in found["segments"]] == ["korean", "multilingual", "code"]
    sources = {row["name"]: (row["a"]["documents"], row["b"]["documents"]) for row in found["sources"]}
    assert sources == {"web": (6, 4), "old": (1, 0), "fresh": (0, 1), "repos": (0, 1)}


def test_the_nearest_samples_come_first(runs: tuple[str, str]) -> None:
    found = difference(*runs)
    samples = {(kind["what"], kind.get("rule", kind.get("a"))): kind["documents"] for kind in found["samples"]}
    assert [one["id"] for one in samples["lost", "too_short"]] == ["near", "far"]
    assert samples["lost", "too_short"][0] == {
        "id": "near",
        "source": "web",
        "segment": "korean",
        "language": "ko",
        "text": "near",
        "failures": [{"rule": "too_short", "value": 49.0, "threshold": 50.0, "detail": ""}],
    }
    assert [one["id"] for one in samples["lost", "symbols"]] == ["far"]
    assert (samples["lost", "exact"][0]["id"], samples["lost", "exact"][0]["kept_id"]) == ("twin", "same")
    assert [one["id"] for one in samples["gained", "too_short"]] == ["again"]
    assert [one["id"] for one in samples["segment", "multilingual"]] == ["word"]
    (text,) = samples["rewritten", None]
    assert (text["text"][:42], text["other_text"][:42]) == ("…" + "가" * 40 + "a", "…" + "가" * 40 + "b")
    only = [kind["documents"][0]["id"] for kind in found["samples"] if kind.get("action") == "not read"]
    assert sorted(only) == ["gone", "new"]
    assert {(row["what"], row["a"], row["b"]) for row in found["relabelled"]} == {
        ("segment", "multilingual", "korean"),
        ("language", "ja", "ko"),
    }


def test_the_answer_does_not_depend_on_buckets_or_partitions(
    runs: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = difference(*runs)
    monkeypatch.setattr("pipelines.diff_command.num_buckets", lambda _: 64)
    monkeypatch.setattr(rows, "_WAITING_ROWS", 3)
    assert difference(*runs) == expected
    a = [pair[0] for pair in PAIRS.values() if pair[0]]
    other = make_run(tmp_path / "other" / "a", a, recipe=OLD, num_partitions=1)
    again = difference(other, runs[1])
    assert {**again, "a": None} == {**expected, "a": None}


def test_a_run_and_itself(runs: tuple[str, str]) -> None:
    found = difference(runs[0], runs[0])
    documents = found["documents"]
    assert (documents["kept_by_both"], documents["lost_by_both"], documents["rewritten"]) == (7, 4, 0)
    assert (found["recipe"], found["samples"], found["relabelled"]) == ([], [], [])
    assert all(row["a"] == row["b"] and not row["newly_lost"] for row in found["rules"])
    out = io.StringIO()
    assert run_diff(runs[0], runs[0], out) == 0
    assert "Recipe: no difference" in out.getvalue()
    assert "Rules: 0 of 3 took other documents" in out.getvalue()


def test_the_page(runs: tuple[str, str]) -> None:
    out = io.StringIO()
    assert run_diff(*runs, out) == 0
    page = out.getvalue().splitlines()
    for line in (
        "  filter.ko.min_words  50  ->  60",
        "  kept      7   6     -1",
        "  3 kept by both, 1 of them with another text",
        "  4 kept only by A (in B: dropped by filter 2, not read 1, duplicate by dedup 1)",
        "  2 lost by both, 1 of them by other rules",
        "kept by A, lost by B: dropped by filter, too_short (the nearest to its threshold first)",
        "    too_short 49, threshold 50",
        "    a duplicate of same",
        "kept by A, not in the input of B",
        "lost by A, kept by B: unreadable by ingest, invalid_utf8",
        "kept by both, in another segment: multilingual -> korean",
    ):
        assert line in page, line
    assert max(map(len, page)) < 200


def test_text_of_documents_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b[2J\u202egnp.exe\r\n"
    a = make_run(tmp_path / "a", [Made(f"id{evil}", text=evil, source="s\x07")])
    b = make_run(tmp_path / "b", [Made(f"id{evil}", text=evil, source="s\x07", stage="filter", failures=short(1))])
    out = io.StringIO()
    run_diff(a, b, out)
    assert not {"\x1b", "\u202e", "\x07", "\r"} & set(out.getvalue())
    assert "<U+001B>" in out.getvalue()


def test_records_with_one_id(tmp_path: Path) -> None:
    repeated = Made("x", stage="dedup", failures=[Failure("duplicate_id")])
    a = make_run(tmp_path / "a", [repeated, Made("x"), repeated])
    b = make_run(tmp_path / "b", [Made("x")])
    found = difference(a, b)
    assert (found["documents"]["kept_by_both"], found["documents"]["lost_by_both"]) == (1, 0)
    assert found["notes"] == [
        "2 records of A have an id that another record has; of these, one is compared: the kept one, else the first"
    ]


def test_unfinished(tmp_path: Path) -> None:
    documents = [pair[0] for pair in PAIRS.values() if pair[0]]
    a = make_run(tmp_path / "a", documents)
    b = make_run(tmp_path / "b", documents, until="filter")
    found = difference(a, b)
    assert found["notes"] == [
        "B is unfinished: filter is the last stage of documents that is done; `malmoi build` goes on",
        "both are compared after filter, as far as both are done",
    ]
    assert (found["a"]["compared_after"], found["b"]["compared_after"], found["a"]["tokens"]) == ("filter", "filter", False)
    assert found["documents"]["kept_by_both"] == 7
    assert [row["stage"] for row in found["stages"]] == ["ingest", "filter"]


def test_stages_that_only_one_has(tmp_path: Path) -> None:
    a = make_run(tmp_path / "a", [Made("x"), Made("y")], code="old")
    twin = Made("y", stage="near-dedup", action="duplicate", failures=[Failure("near_duplicate", 0.8, 0.7)], kept_id="x")
    b = make_run(tmp_path / "b", [Made("x"), twin], stages=("ingest", "filter", "near-dedup"), until="tokens")
    found = difference(a, b)
    assert [(row["stage"], row["a"] is None, row["b"] is None) for row in found["stages"]] == [
        ("ingest", False, False),
        ("filter", False, False),
        ("dedup", False, True),
        ("near-dedup", True, False),
    ]
    assert found["documents"]["only_a"]["in_the_other"] == [{"stage": "near-dedup", "action": "duplicate", "documents": 1}]
    assert "ingest has the same settings in both and was done by another version of malmoi" in found["notes"]
    assert (found["a"]["plan"], found["b"]["plan"]) == (True, False)


def test_other_corpora(tmp_path: Path) -> None:
    found = difference(make_run(tmp_path / "a", [Made("x")]), make_run(tmp_path / "b", [Made("y")]))
    assert found["notes"] == ["no document of A is in B: the runs are of different corpora, or name their documents otherwise"]
    assert found["documents"]["only_a"]["in_the_other"] == [{"stage": "", "action": "not read", "documents": 1}]


def test_runs_without_documents(tmp_path: Path) -> None:
    found = difference(make_run(tmp_path / "a", []), make_run(tmp_path / "b", []))
    assert found["documents"]["kept_by_both"] == 0
    assert run_diff(str(tmp_path / "a"), str(tmp_path / "b"), io.StringIO()) == 0


def _no_run(place: Path) -> str:
    return str(place / "missing")


def _empty(place: Path) -> str:
    (place / "empty").mkdir()
    return str(place / "empty")


def _only_later(place: Path) -> str:
    run = make_run(place / "later", [Made("x")])
    (place / "later/ingest/manifest.json").unlink()
    return run


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (_no_run, "no such run directory"),
        (_empty, "no stage has finished here"),
        (_only_later, "its documents are not read yet"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_no_run(broken: Any, told: str, turned: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [make_run(tmp_path / "a", [Made("x")]), broken(tmp_path)]
    assert malmoi.main(["diff", *(reversed(words) if turned else words)]) == 2
    assert told in capsys.readouterr().err


def test_the_command_line(runs: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert malmoi.main(["diff", *runs, "--json", "--samples", "0"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["samples"], found["documents"]["kept_by_both"]) == ([], 3)
    assert malmoi.main(["diff", *runs, "--samples", "-1"]) == 2
    with pytest.raises(SystemExit) as stopped:
        malmoi.main(["diff", runs[0]])
    assert stopped.value.code == 2


def test_a_damaged_file_is_an_error(runs: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path(runs[1]) / "dedup/part-00000.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 3 : len(content) // 3 + 20] = bytes(20)
    path.write_bytes(bytes(content))
    assert malmoi.main(["diff", *runs]) == 1
    assert "is damaged" in capsys.readouterr().err
