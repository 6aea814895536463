"""No structured number that the recognisers know is left in finished shards: they are decoded and scanned."""

import json
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from benchmarks.pii_sentences.generate import generate
from filters.pii.scanner import Scanner
from tokenizer.indexed_dataset import IndexedDatasetReader

from .corpus import json_lines, make_corpus, write_recipe
from .running import malmoi

STRUCTURED = (
    "KR_RRN",
    "KR_FRN",
    "KR_CORPORATE_NUMBER",
    "KR_BUSINESS_NUMBER",
    "KR_PASSPORT",
    "KR_DRIVER_LICENCE",
    "PHONE_NUMBER",
    "CREDIT_CARD",
    "EMAIL_ADDRESS",
    "IP_ADDRESS",
)
PLAIN = "말모이는 조선어학회가 펴내려 한 첫 우리말 사전의 이름이며, 남은 원고 한 권은 오늘날 박물관에 있다."

MORE = "주시경과 그 제자들이 낱말을 모으고 뜻풀이를 적었으나 책으로 나오지는 못하였고, 그 일은 뒤에 큰사전으로 이어졌다."


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of documents full of personal data, in prose and in code, and one that is an address list."""
    root = tmp_path_factory.mktemp("personal")
    make_corpus(root, documents=8)
    sentences = [sentence.text for sentence in generate(seed=5, num_sentences=900)]
    texts = [f"\n{PLAIN}\n{MORE}\n".join(["", *sentences[start : start + 3], ""]) for start in range(0, len(sentences), 3)]
    documents = [(f"personal-{number}", text) for number, text in enumerate(texts)]
    people = "\n".join(
        f"우리 회사 총무 부서에서 일하는 홍길동 과장 전화 010-2345-{number:04d} hong{number}@example.co.kr"
        for number in range(1000, 1060)
    )
    (root / "ko/personal.jsonl").write_bytes(json_lines([*documents, ("list", people)]))
    (root / "code/pkg/settings.py").write_text(
        'ADMIN = "kim.chulsoo@example.co.kr"\nHELPDESK = "02-345-6789"\n\n\ndef whom():\n    return ADMIN, HELPDESK\n',
        encoding="utf-8",
    )
    recipe = write_recipe(root / "made.toml", root).read_text(encoding="utf-8").replace("ko/*.jsonl.zst", "ko/*.jsonl*")
    # Only personal data is a reason to drop a document here.
    rules = recipe.index("[filter.default.gopher_repetition]"), recipe.index("[filter.code.code_quality]")
    (root / "made.toml").write_text(recipe[: rules[0]] + recipe[rules[1] :], encoding="utf-8")
    out = root / "run"
    done = malmoi("build", root / "made.toml", "--out", out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return out


def documents_of(run: Path) -> list[str]:
    """The text of every document, and part of one, in every sequence of every shard."""
    tokenizer = Tokenizer.from_file(str(run / "tokenizer/tokenizer.json"))
    special = json.loads((run / "shards/shards.json").read_text(encoding="utf-8"))["special_tokens"]
    texts: list[str] = []
    for path in sorted(run.glob("shards/*/*/part-?????.bin")):
        reader = IndexedDatasetReader(path.with_suffix(""))
        for number in range(len(reader)):
            ids = [token for token in reader[number].tolist() if token != special["<|pad|>"]]
            texts += tokenizer.decode(ids, skip_special_tokens=False).split("<|endoftext|>")
    return texts


def test_no_structured_number_is_left_in_the_shards(run: Path) -> None:
    texts = documents_of(run)
    assert any("사전의 이름이며" in text for text in texts)
    scanner = Scanner(STRUCTURED)
    left = [(span.entity, text[span.start : span.end]) for text in texts for span in scanner.find(text)]
    assert left == []


def test_the_ledger_counts_what_was_taken_out(run: Path) -> None:
    rows = [row for path in sorted(run.glob("filter/ledger/*.parquet")) for row in pq.read_table(path).to_pylist()]
    edited = [row for row in rows if row["action"] == "edited"]
    places = Counter[str]()
    for row in edited:
        for failure in row["failures"]:
            assert failure["threshold"] is None
            places[failure["rule"]] += int(failure["value"])
    assert set(places) >= {f"pii_{entity.lower()}" for entity in STRUCTURED}
    totals = json.loads((run / "filter/manifest.json").read_text(encoding="utf-8"))["totals"]
    assert totals["edited"] == len(edited)
    assert totals["in"] == totals["kept"] + totals["dropped"]


def test_a_document_that_is_mostly_personal_data_is_dropped(run: Path) -> None:
    rows = [row for path in sorted(run.glob("filter/ledger/*.parquet")) for row in pq.read_table(path).to_pylist()]
    (row,) = [row for row in rows if row["id"] == "list"]
    assert (row["action"], [failure["rule"] for failure in row["failures"]]) == ("dropped", ["pii_density"])


def test_the_domain_of_an_address_and_code_around_it_stay(run: Path) -> None:
    rows = [row for path in sorted(run.glob("filter/part-*.parquet")) for row in pq.read_table(path).to_pylist()]
    (row,) = [row for row in rows if row["uri"].endswith("settings.py")]
    assert row["text"].startswith('ADMIN = "*****@example.co.kr"\nHELPDESK = "02-***-****"\n\n\ndef whom():')
