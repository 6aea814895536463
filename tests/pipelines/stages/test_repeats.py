"""repeats-index, repeats and dedup, unit by unit in this process: what goes, what the ledger says, and that neither partitions
nor the order of work show in it."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from filters.document import DOCUMENT_SCHEMA
from pipelines.engine.partition import PartitionWriter, TableWriter
from pipelines.engine.progress import Progress
from pipelines.engine.stage import Stage, commit
from pipelines.recipe_tables import Recipe
from pipelines.stages import dedup, repeats, repeats_index
from pipelines.stages.context import Context
from pipelines.stages.duplicates import LOSERS_SCHEMA

MENU = ["홈 | 회사소개 | 공지사항 | 고객센터 | 로그인"]
FOOTER = ["저작권자 ⓒ 말모이일보 무단전재 및 재배포 금지", "주소: 서울특별시 종로구 세종대로 1"]
WORDS = [
    "등대",
    "바다",
    "강가",
    "아이들",
    "노래",
    "편지",
    "저녁",
    "하늘",
    "구름",
    "바람",
    "시장",
    "골목",
    "학교",
    "도서관",
    "기차",
    "여행",
]


class Row(NamedTuple):
    id: str
    text: str
    uri: str = ""
    source: str = "web"
    segment: str = "korean"


def prose(seed: str, num_words: int = 60) -> str:
    rng = random.Random(seed)
    words = [
        rng.choice(WORDS) + rng.choice(["이", "을", "에서", "으로", "과"]) + str(rng.randint(0, 99)) for _ in range(num_words)
    ]
    return "\n".join(" ".join(words[start : start + 8]) + " 있었다." for start in range(0, num_words, 8))


def recipe(**tables: Mapping[str, Any]) -> Recipe:
    sources = [{"name": name, "format": "jsonl", "paths": ["x"]} for name in ("web", "books", "code")]
    mix = {"korean": 1, "multilingual": 0, "code": 0}
    return Recipe.model_validate({"name": "r", "source": sources, "dedup": tables, "tokenizer": {}, "mix": mix})


def run_stage(stage: Stage, *, backwards: bool = False) -> dict[str, Any]:
    waiting = stage.begin()
    stage.job.setup()
    progress = Progress(stage.run, stage=stage.name)
    for unit in reversed(waiting) if backwards else waiting:
        commit(stage.directory, unit.name, stage.job.run(unit, directory=stage.directory, progress=progress))
    return stage.finish()


def write_filtered(run: Path, partitions: Sequence[Sequence[Row]], losers: Mapping[str, str]) -> dict[str, Any]:
    """RUN/filter and RUN/duplicates; the manifest of the first."""
    entries = []
    for number, rows in enumerate(partitions):
        name = f"part-{number:05d}"
        with PartitionWriter(str(run / "filter"), name) as out:
            for row in rows:
                values = (row.id, row.text, row.source, row.uri, "", row.segment, "ko", 1.0, [], [])
                out.add(values, text_bytes=len(row.text.encode()))
        entries.append(out.entry)
        lost = [(place, "exact_duplicate", losers[row.id]) for place, row in enumerate(rows) if row.id in losers]
        writer = TableWriter(str(run / "duplicates" / f"{name}.parquet"), LOSERS_SCHEMA)
        columns = zip(*lost, strict=True) if lost else [()] * 3
        arrays = [pa.array(column, field.type) for column, field in zip(columns, LOSERS_SCHEMA, strict=True)]
        writer.write(pa.RecordBatch.from_arrays(arrays, schema=LOSERS_SCHEMA))
        writer.close()
    kept = sum(entry["kept"] for entry in entries)
    num_bytes = sum(entry["stats"]["text_bytes_kept"] for entry in entries)
    return {"fingerprint": "f", "partitions": entries, "totals": {"kept": kept, "stats": {"text_bytes_kept": num_bytes}}}


class Outcome(NamedTuple):
    texts: dict[str, str]
    ledger: dict[str, tuple[str, list[tuple[str, float, str]]]]
    passages: list[dict[str, Any]]
    manifest: Mapping[str, Any]


def build(
    run: Path,
    partitions: Sequence[Sequence[Row]],
    tables: Recipe,
    *,
    losers: Mapping[str, str] | None = None,
    backwards: bool = False,
) -> Outcome:
    manifests: dict[str, Mapping[str, Any]] = {"filter": write_filtered(run, partitions, losers or {})}
    manifests["duplicates"] = {"fingerprint": "d"}
    context = Context(tables, str(run), str(run), manifests=manifests)
    for name, factory in (("repeats-index", repeats_index.stage), ("repeats", repeats.stage), ("dedup", dedup.stage)):
        if stage := factory(context):
            manifests[name] = run_stage(stage, backwards=backwards)
    texts: dict[str, str] = {}
    ledger: dict[str, tuple[str, list[tuple[str, float, str]]]] = {}
    for entry in manifests["dedup"]["partitions"]:
        kept = pq.read_table(run / "dedup" / f"{entry['name']}.parquet", schema=DOCUMENT_SCHEMA)
        texts |= dict(zip(kept["id"].to_pylist(), kept["text"].to_pylist(), strict=True))
        for row in pq.read_table(run / "dedup" / "ledger" / f"{entry['name']}.parquet").to_pylist():
            ledger[row["id"]] = (row["action"], [(f["rule"], f["value"], f["detail"]) for f in row["failures"]])
    passages = [row for path in sorted((run / "dedup").glob("passages/*.parquet")) for row in pq.read_table(path).to_pylist()]
    return Outcome(texts, ledger, sorted(passages, key=lambda p: (p["id"], p["start"])), manifests["dedup"])


def pages(num: int, *, site: str = "https://news.kr", start: int = 0) -> list[Row]:
    return [
        Row(f"p{n}", "\n".join([*MENU, "", prose(f"{site}{n}"), "", *FOOTER]), f"{site}/{n}") for n in range(start, start + num)
    ]


def split(rows: Sequence[Row], size: int) -> list[list[Row]]:
    return [list(rows[start : start + size]) for start in range(0, len(rows), size)]


OFF = {"lines": {"remove": False}, "substrings": {"action": "off"}}


def test_boilerplate_goes_from_every_page_and_the_ledger_tells(tmp_path: Path) -> None:
    rows = pages(12)
    done = build(tmp_path, split(rows, 5), recipe())
    assert done.texts == {f"p{n}": prose(f"https://news.kr{n}") for n in range(12)}
    action, failures = done.ledger["p3"]
    num_chars = len(rows[3].text) - len(done.texts["p3"])
    assert (action, failures) == ("edited", [("boilerplate_lines", 3.0, f"{MENU[0]} ({num_chars} characters)")])
    assert done.manifest["totals"]["edited"] == 12
    assert done.manifest["totals"]["stats"]["repeats"]["boilerplate_lines"] == {
        "documents": 12,
        "places": 36,
        "characters": sum(len(row.text) - len(done.texts[row.id]) for row in rows),
    }
    assert done.manifest["totals"]["stats"]["text_bytes_kept"] == sum(len(t.encode()) for t in done.texts.values())


@pytest.mark.parametrize(
    ("rows", "tables"),
    [
        (pages(4), {}),  # fewer than min_documents
        (pages(12), OFF),
        (pages(12), {"lines": {"min_documents": 13}}),
        ([row._replace(segment="code") for row in pages(12)], {}),
        ([row._replace(uri=f"https://site{n}.kr/") for n, row in enumerate(pages(12))], {}),
        # Of a source, not of a site, too small a share.
        ([*pages(6), *(Row(f"x{n}", prose(f"x{n}")) for n in range(30))], {"lines": {"by": "source"}}),
    ],
)
def test_nothing_goes_where_lines_are_no_boilerplate(rows: list[Row], tables: dict[str, Any], tmp_path: Path) -> None:
    done = build(tmp_path, split(rows, 7), recipe(**tables))
    assert done.texts == {row.id: row.text for row in rows}
    assert done.ledger == {}


def test_pages_without_a_host_go_by_source(tmp_path: Path) -> None:
    rows = [row._replace(uri=f"pages/{row.id}.txt") for row in pages(8)]
    others = [Row(f"b{n}", "\n".join([prose(f"b{n}"), *FOOTER]), source="books") for n in range(4)]
    done = build(tmp_path, [rows, others], recipe())
    assert all(FOOTER[0] not in done.texts[row.id] for row in rows)
    assert all(done.texts[row.id] == row.text for row in others)


def test_duplicates_do_not_count_and_are_told_as_before(tmp_path: Path) -> None:
    rows = [*pages(4), *(row._replace(id=f"copy-{row.id}") for row in pages(4))]
    losers = {f"copy-p{n}": f"p{n}" for n in range(4)}
    done = build(tmp_path, split(rows, 3), recipe(), losers=losers)
    assert done.texts == {row.id: row.text for row in rows[:4]}
    assert done.ledger == {name: ("duplicate", [("exact_duplicate", None, "")]) for name in losers}


def test_a_page_of_boilerplate_only_is_dropped(tmp_path: Path) -> None:
    rows = [*pages(12), Row("empty", "\n".join([*MENU, "---", *FOOTER]), "https://news.kr/x")]
    done = build(tmp_path, split(rows, 4), recipe())
    assert "empty" not in done.texts
    action, failures = done.ledger["empty"]
    assert (action, [failure[:2] for failure in failures]) == ("dropped", [("only_boilerplate", 3.0)])
    assert (done.manifest["totals"]["dropped"], done.manifest["totals"]["edited"]) == (1, 12)


PASSAGE = prose("passage", 96)


def sharing() -> list[Row]:
    return [
        Row("web-b", "\n".join([prose("1"), PASSAGE, prose("2")])),
        Row("books-a", "\n".join([prose("3"), PASSAGE, prose("4")]), source="books"),
        Row("books-c", "\n".join([prose("5"), PASSAGE.replace("있었다.", "있었다!"), prose("6")]), source="books"),
        Row("twice", "\n".join([prose("7"), prose("own", 96), prose("8"), prose("own", 96), prose("9")]), source="books"),
        Row("alone", prose("10", 200)),
        Row("licence-1", PASSAGE, source="code", segment="code"),
    ]


def test_cut_leaves_a_passage_with_the_first_holder(tmp_path: Path) -> None:
    done = build(tmp_path, split(sharing(), 2), recipe(lines={"remove": False}, substrings={"action": "cut"}))
    texts = {row.id: row.text for row in sharing()}
    assert {name for name in texts if done.texts[name] == texts[name]} == {"web-b", "alone", "licence-1"}
    for name, (before, behind) in {"books-a": "34", "books-c": "56"}.items():
        assert done.texts[name].split() == [*prose(before).split(), *prose(behind).split()]
        action, ((rule, value, detail),) = done.ledger[name]
        assert (action, rule, value) == ("edited", "repeated_passage", 1.0)
        assert detail.endswith("first in web-b")
    assert done.texts["twice"].count(prose("own", 96)) == 1
    assert done.ledger["twice"][1][0][2].endswith("first in twice")


def test_report_changes_nothing_and_names_the_passages(tmp_path: Path) -> None:
    rows = {row.id: row.text for row in sharing()}
    done = build(tmp_path, split(sharing(), 4), recipe(lines={"remove": False}, substrings={"action": "report"}))
    assert done.texts == rows
    assert done.ledger == {}
    assert [(p["id"], p["first_id"]) for p in done.passages] == [("books-a", "web-b"), ("books-c", "web-b"), ("twice", "twice")]
    for passage in done.passages:
        shared = rows[passage["id"]][passage["start"] : passage["end"]]
        own = "own" if passage["id"] == "twice" else "passage"
        # The sentence before may end alike.
        assert shared.replace("!", ".").strip().removeprefix("있었다.\n") == prose(own, 96)
        assert passage["chars"] >= 300
    chars = sum(passage["chars"] for passage in done.passages)
    assert done.manifest["totals"]["stats"]["repeats"] == {"found_passages": {"places": 3, "characters": chars}}


def test_a_document_that_another_holds_whole_is_dropped(tmp_path: Path) -> None:
    rows = [Row("first", "\n".join([prose("0"), PASSAGE, prose("1")])), Row("within", PASSAGE, source="books")]
    done = build(tmp_path, [rows], recipe(lines={"remove": False}, substrings={"action": "cut"}))
    assert done.texts == {"first": rows[0].text}
    action, ((rule, value, detail),) = done.ledger["within"]
    assert (action, rule, value) == ("dropped", "only_repeated_passages", 1.0)
    assert detail == f"{len(PASSAGE)} characters, first in first"


def mixed_rows() -> list[Row]:
    rng = random.Random(5)
    rows = [*pages(15), *sharing(), *pages(9, site="http://www.blog.kr", start=100)]
    rows += [
        Row(f"s{n}", "\n".join([prose(f"s{n}"), PASSAGE if n % 3 else "", prose(f"t{n}")]), source="books") for n in range(20)
    ]
    rng.shuffle(rows)
    return rows


@pytest.mark.parametrize(("size", "seed", "backwards"), [(1, 1, False), (7, 2, True), (50, 3, True)])
def test_neither_partitions_nor_order_show(size: int, seed: int, backwards: bool, tmp_path: Path) -> None:
    tables = recipe(substrings={"action": "cut"})
    expected = build(tmp_path / "a", [mixed_rows()], tables)
    rows = mixed_rows()
    random.Random(seed).shuffle(rows)
    done = build(tmp_path / "b", split(rows, size), tables, backwards=backwards)
    assert (done.texts, done.ledger) == (expected.texts, expected.ledger)
    without_rows = [[{k: v for k, v in p.items() if k != "row"} for p in told.passages] for told in (done, expected)]
    assert without_rows[0] == without_rows[1]
    assert done.manifest["totals"] == expected.manifest["totals"]


def test_ranges_and_their_parts_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = recipe(substrings={"action": "cut"})
    expected = build(tmp_path / "a", split(mixed_rows(), 9), tables)
    monkeypatch.setattr(repeats_index, "_RANGE_BYTES", 20_000)
    monkeypatch.setattr(repeats, "_MAX_RECORDS", 50)
    done = build(tmp_path / "b", split(mixed_rows(), 9), tables)
    assert len([*(tmp_path / "b/repeats").glob("range-*.lines.parquet")]) > 5
    for stage in ("dedup", "dedup/ledger", "dedup/passages"):
        for path in sorted((tmp_path / "a" / stage).glob("*.parquet")):
            assert path.read_bytes() == (tmp_path / "b" / stage / path.name).read_bytes()
    assert done == expected._replace(manifest=done.manifest)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "가",
        "---\n***\n...",
        "한 줄이 길다 " * 20_000,
        "같다\n" * 40_000,
        "가 " * 100_000,
        "\r\n" * 1000,
        "a\u2028b\x0cc\r\nd",
        "́" * 5000,
        "\u200b" * 5000,
        "|" * 10_000,
        "```\n" * 5_000,
        "👩‍👩‍👧‍👦 " * 5_000,
    ],
)
@pytest.mark.parametrize("num", [1, 6])
def test_bad_input_is_carried_in_bounded_time(text: str, num: int, tmp_path: Path) -> None:
    rows = [Row(f"d{n}", text, "https://x.kr/") for n in range(num)]
    done = build(tmp_path, split(rows, 4), recipe(substrings={"action": "cut"}))
    totals = done.manifest["totals"]
    assert totals["in"] == num == totals["kept"] + totals["dropped"]


def test_no_documents(tmp_path: Path) -> None:
    done = build(tmp_path, [[]], recipe(substrings={"action": "cut"}))
    assert (done.texts, done.ledger, done.passages) == ({}, {}, [])
