"""``malmoi why``: the story of one document, as a page and as JSON."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from filters.document import Failure
from pipelines.engine import files
from pipelines.engine.ledger import LedgerRow
from pipelines.engine.partition import PartitionWriter, TableWriter
from pipelines.why import tell
from pipelines.why_page import run_why, to_json, why

TEXTS = {
    "web/kept": "전화는 010-1234-5678입니다. 책을 읽는 사람이 많다.",
    "web/dropped": "바카라 사이트\n둘째 줄\n카지노 사이트 \u202e끝",
    "web/twice": "같은 글",
    "web/once": "같은 글",
    "web/other": "다른 글",
}
SPAM = Failure("korean_spam", 4.0, 3.0, "terms: 바카라, 카지노")
SHORT = Failure("length_too_few_chars", 24.0, 100.0)


def _stage(run: Path, stage: str, partition: str, kept: dict[str, str], rows: list[LedgerRow]) -> None:
    korean = "" if stage == "ingest" else "korean"
    with PartitionWriter(str(run / stage), partition) as out:
        for name, text in kept.items():
            size = len(text.encode())
            row = (name, text, "web", "a.jsonl", "CC0", korean, korean and "ko", float(bool(korean)), [], [])
            out.add(row, text_bytes=size)
        for row in rows:
            _lose(out, row)


def _lose(out: PartitionWriter, row: LedgerRow) -> None:
    if row.action != "edited":
        out.tally.entered("web", text_bytes=row.text_bytes)
    out.record(row)


@pytest.fixture(name="run")
def _run(tmp_path: Path) -> str:
    run = tmp_path / "run"
    unreadable = LedgerRow("web/broken", "unreadable", [Failure("invalid_json", detail="line 3 is cut off")], "web", "a.jsonl")
    edited = LedgerRow("web/kept", "edited", [Failure("normalise_nfc", 2.0)], "web", "a.jsonl")
    _stage(
        run,
        "ingest",
        "part-00000-000",
        {name: text for name, text in TEXTS.items() if name != "web/other"},
        [unreadable, edited],
    )
    _stage(run, "ingest", "part-00001-000", {"web/other": TEXTS["web/other"]}, [])
    masked = {"web/kept": "전화는 010-****-****입니다. 책을 읽는 사람이 많다.", "web/twice": "같은 글", "web/once": "같은 글"}
    dropped = LedgerRow("web/dropped", "dropped", [SPAM, SHORT], "web", "a.jsonl", language="ko", segment="korean")
    replaced = LedgerRow("web/kept", "edited", [Failure("pii_phone_number", 1.0)], "web", "a.jsonl")
    _stage(run, "filter", "part-00000-000", masked, [dropped, replaced])
    del masked["web/twice"]
    same = LedgerRow("web/twice", "duplicate", [Failure("exact_duplicate")], "web", "a.jsonl", kept_id="web/once")
    _stage(run, "dedup", "part-00000-000", masked, [same])
    tokens = pa.schema([("id", pa.string()), ("num_tokens", pa.int32())])
    _table(run / "tokens", tokens, {"id": ["web/kept", "web/once"], "num_tokens": [1234, 5]})
    _table(run / "plan", pa.schema([("repeats", pa.int32())]), {"repeats": [2, 1]})
    return str(run)


def _table(directory: Path, schema: pa.Schema, columns: dict[str, list[Any]]) -> None:
    writer = TableWriter(files.join(str(directory), "part-00000-000.parquet"), schema)
    writer.write(pa.RecordBatch.from_pydict(columns, schema=schema))
    writer.close()


def test_a_dropped_document(run: str) -> None:
    assert why(tell(run, "web/dropped")) == (
        "id         web/dropped\n"
        "source     web, licence CC0\n"
        "from       a.jsonl\n"
        "partition  part-00000-000\n"
        "\n"
        "ingest          kept\n"
        "filter          DROPPED     korean, ko\n"
        "    korean_spam           4 > 3   terms: 바카라, 카지노\n"
        "    length_too_few_chars  24 < 100\n"
        "\n"
        "Lost in filter: dropped, by 2 rules.\n"
        "\n"
        "--- text, 23 characters; marked: 0 pieces of personal data, 2 places of evidence ---\n"
        "[[korean_spam: 바카라]] 사이트\n둘째 줄\n[[korean_spam: 카지노]] 사이트 <U+202E>끝"
    )


def test_a_kept_document_with_its_edits(run: str) -> None:
    page = why(tell(run, "web/kept"))
    assert "ingest          edited\n    normalise_nfc  2 places changed\ningest          kept\n" in page
    assert (
        "filter          edited\n    pii_phone_number  1 place changed\nfilter          kept        korean, ko, language score 1\n"
        in page
    )
    assert "Kept by every stage: 1,234 tokens, used 2 times in the mix." in page
    assert "전화는 [[PHONE_NUMBER: 010-1234-5678]]입니다." in page


def test_a_duplicate_names_the_one_kept(run: str) -> None:
    page = why(tell(run, "web/twice"))
    assert "dedup           DUPLICATE\n    exact_duplicate\n    duplicate of web/once\n" in page
    assert f"A duplicate: web/once was kept instead.\n  malmoi why {run} 'web/once'" in page


def test_a_record_without_text(run: str) -> None:
    page = why(tell(run, "web/broken"))
    assert "ingest          UNREADABLE\n    invalid_json  line 3 is cut off\n" in page
    assert page.endswith("There is no text: the record could not be read, or was not wanted from the start.")


def test_a_stage_that_has_not_seen_the_partition(run: str) -> None:
    page = why(tell(run, "web/other"))
    assert "filter          not run\n" in page
    assert "Kept so far, up to ingest." in page


def test_a_document_that_a_stage_lost(run: str) -> None:
    _stage(Path(run), "filter", "part-00001-000", {"web/new": "글"}, [])
    assert "filter          unaccounted\n    neither kept nor in the ledger" in why(tell(run, "web/other"))


def test_an_id_that_two_partitions_hold(run: str) -> None:
    _stage(Path(run), "ingest", "part-00002-000", {"web/other": "셋째"}, [])
    page = why(tell(run, "web/other"))
    assert page.startswith("2 partitions hold a document with this id\n\n")
    assert "part-00001-000" in page
    assert "part-00002-000" in page


@pytest.mark.parametrize(
    ("identifier", "nearest"),
    [("other", ("web/other",)), ("web/dropepd", ("web/dropped",)), ("WEB/ONCE", ("web/once",)), ("xyzzy-9", ())],
)
def test_nearest_ids(run: str, identifier: str, nearest: tuple[str, ...]) -> None:
    answer = tell(run, identifier)
    assert (answer.stories, answer.nearest[:1]) == ((), nearest)
    assert f"no document of {run} has the id '{identifier}'; the" in why(answer)


def test_long_texts_are_cut(run: str) -> None:
    page = why(tell(run, "web/dropped"), max_chars=10)
    assert page.endswith("둘째\n--- 13 more characters, with 1 mark; --all shows them ---")
    assert "카지노 사이트" in why(tell(run, "web/dropped"), max_chars=0).replace("[[korean_spam: 카지노]]", "카지노")


def test_json(run: str) -> None:
    value = to_json(tell(run, "web/dropped"))
    (document,) = value["documents"]
    assert document["fate"] == {"stage": "filter", "action": "dropped", "duplicate_of": None}
    assert document["stages"][1]["reasons"][0] == {
        "rule": "korean_spam",
        "value": 4,
        "threshold": 3,
        "detail": "terms: 바카라, 카지노",
    }
    assert document["marks"][0] == {"start": 0, "end": 3, "kind": "evidence", "name": "korean_spam"}
    assert document["text"] == TEXTS["web/dropped"]


def test_as_a_command(run: str, tmp_path: Path) -> None:
    out = io.StringIO()
    assert run_why(run, "web/kept", out, as_json=True) == 0
    assert json.loads(out.getvalue())["documents"][0]["num_tokens"] == 1234
    assert run_why(run, "none", io.StringIO()) == 1
    with pytest.raises(ValueError, match="is no run with documents in it"):
        run_why(str(tmp_path / "nothing"), "web/kept", io.StringIO())
