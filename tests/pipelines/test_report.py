"""The report: exact figures, loud errors, the same bytes again, and a page that no text can break."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pytest

from pipelines.engine.ledger import LEDGER_SCHEMA
from pipelines.report import write_report
from pipelines.report.ledger_tally import LedgerTally
from pipelines.report.visible_text import number, share, size, visible
from pipelines.stage_names import STAGE_NAMES
from tests.pipelines.report_run import WEB, build_run

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}
#: What loads or runs something; drawings are of shapes and text alone.
LOADING = {"script", "link", "img", "iframe", "object", "embed", "base", "image", "use", "foreignobject", "animate", "form"}


class Page(HTMLParser):
    """A parsed page in one language: rows of tables by their data attribute, texts of marked elements, whether tags nest."""

    def __init__(self, html: str, language: str = "en") -> None:
        super().__init__()
        self.other = {"en": "k", "ko": "e"}[language]
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: dict[tuple[str, str], list[str]] = {}
        self.marked: dict[tuple[str, str], str] = {}
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "a tag is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append((tag, dict(attrs)))
        if (tag in ("td", "th")) and (row := self._row()):
            self.cells.setdefault(row, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if any(tag == "style" or attributes.get("class") == self.other for tag, attributes in self.open):
            return
        self.text += data
        if (row := self._row()) and row in self.cells:
            self.cells[row][-1] += data
        for _, attributes in self.open:
            for key, value in attributes.items():
                if key in ("data-figure", "data-share", "data-stage"):
                    self.marked[key, value or ""] = self.marked.get((key, value or ""), "") + data

    def _row(self) -> tuple[str, str] | None:
        for tag, attributes in reversed(self.open):
            if tag == "tr":
                return next(((k, v or "") for k, v in attributes.items() if k.startswith("data-")), None)
        return None

    def row(self, kind: str, name: str) -> list[str]:
        return [" ".join(cell.split()) for cell in self.cells[f"data-{kind}", name]]

    def mark(self, kind: str, name: str) -> str:
        return " ".join(self.marked[f"data-{kind}", name].split())


def read(run: str) -> tuple[str, Page]:
    html = Path(write_report(run)).read_text(encoding="utf-8")
    return html, Page(html)


def rewrite(path: Path, change: Any) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def details(html: str, rule: str) -> str:
    """The opened part of the samples of a rule."""
    parts = html.replace("<wbr>", "").split("<details>")[1:]
    return next(part for part in parts if f"<code>{rule}</code>" in part.split("</summary>")[0])


@pytest.fixture
def run(tmp_path: Path) -> str:
    return build_run(tmp_path / "run-a")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return read(build_run(tmp_path_factory.mktemp("runs") / "run-a"))[1]


def test_the_answer_comes_first(run: str) -> None:
    html, page = read(run)
    assert page.mark("figure", "documents-in") == "15"
    assert page.mark("figure", "documents-kept") == "8"
    assert page.mark("figure", "tokens") == "270"
    assert "15 sequences of 16" in page.text
    assert "3 sequences of 32" in page.text
    assert [page.mark("share", name) for name in ("korean", "multilingual", "code")] == ["33.33 %"] * 3
    assert "✓ Equal thirds" in page.text
    assert "✓ complete" in page.text
    assert "✓ nothing lost unseen" in page.text
    assert "0123456789abcdef" in page.text
    assert html.index("documents-in") < html.index('id="thirds"') < html.index('id="conservation"') < html.index('id="funnel"')


@pytest.mark.parametrize(
    ("stage", "equation", "checks"),
    [
        ("ingest", "15 in = 12 kept + 1 dropped + 0 duplicate + 2 unreadable ✓", ["the ledger names each one (4 rows)"]),
        (
            "filter",
            "12 in = 9 kept + 3 dropped + 0 duplicate + 0 unreadable ✓",
            ["the ledger names each one (5 rows)", "takes in all that ingest kept"],
        ),
        ("dedup", "9 in = 8 kept + 0 dropped + 1 duplicate + 0 unreadable ✓", ["takes in all that filter kept"]),
        ("tokens", "8 in = 8 kept + 0 dropped + 0 duplicate + 0 unreadable ✓", ["takes in all that dedup kept"]),
    ],
)
def test_every_stage_has_its_equation(figures: Page, stage: str, equation: str, checks: list[str]) -> None:
    told = figures.mark("stage", stage)
    assert equation in told
    assert [check for check in checks if check not in told] == []
    assert "✗" not in told


@pytest.mark.parametrize(
    ("kind", "name", "cells"),
    [
        # rule, fate, documents, share of input, only this rule, bytes, korean, multilingual, code, not known
        ("rule", "too_short", ["too_short", "dropped", "2", "16.67 %", "1", "22 B", "2", "–", "–", "–"]),
        ("rule", "symbol_ratio", ["symbol_ratio", "dropped", "1", "8.33 %", "0", "16 B", "1", "–", "–", "–"]),
        ("rule", "repetition", ["repetition", "dropped", "1", "8.33 %", "1", "17 B", "–", "1", "–", "–"]),
        ("rule", "exact_duplicate", ["exact_duplicate", "duplicate", "1", "11.11 %", "1", "16 B", "–", "1", "–", "–"]),
        ("rule", "empty_text", ["empty_text", "dropped", "1", "6.67 %", "1", "10 B", "–", "–", "–", "1"]),
        # kind, documents, share of input, places, places per document
        ("edit", "pii_email_address", ["E-mail address", "2", "16.67 %", "2", "1.00"]),
        ("edit", "pii_phone_number", ["Phone number", "1", "8.33 %", "2", "2.00"]),
        # edit, stage, documents, share of input, places, bytes
        ("edit", "normalise_spaces", ["normalise_spaces", "ingest", "1", "6.67 %", "3", "45 B"]),
        # documents in the cluster, clusters, documents removed
        ("cluster", "exact_duplicate 2", ["2", "1", "1"]),
        # source, licence, in, kept, share, dropped, duplicate, unreadable, adds up
        ("source", "web-ko", ["web-ko", "CC-BY-SA-4.0", "8", "4", "50.00 %", "2", "0", "2", "✓holds"]),
        ("source", "books-en", ["books-en", "CC0-1.0", "4", "1", "25.00 %", "2", "1", "0", "✓holds"]),
        ("source", "repos", ["repos", "Apache-2.0", "3", "3", "100.00 %", "0", "0", "0", "✓holds"]),
        # source, tokens, epochs, planned, share, weight, least, most, target, off target, within limits
        ("source-mix", "web-ko", ["web-ko", "90", "1.00", "90", "33.33 %", "2", "–", "50.00 %", "90", "0.000 %", "✓holds"]),
        (
            "source-mix",
            "repos",
            ["repos", "45", "2.00", "90", "33.33 %", "1", "–", "30.00 %", "90", "0.000 %", "✗does not hold"],
        ),
        # language, segment, lost, share, dropped, duplicate, unreadable, bytes, mostly by
        ("lost", "ko", ["ko", "Korean", "2", "33.33 %", "2", "0", "0", "22 B", "too_short 2 · symbol_ratio 1"]),
        (
            "lost",
            "",
            ["not known", "–", "3", "100.00 %", "1", "0", "2", "30 B", "empty_text 1 · invalid_utf8 1 · truncated_record 1"],
        ),
        ("lost", "en", ["en", "Multilingual", "2", "66.67 %", "1", "1", "0", "33 B", "exact_duplicate 1 · repetition 1"]),
        # segment, documents, bytes, tokens, share before, epochs, uses, FIM uses, planned tokens, share after, asked
        ("mix", "code", ["Code", "3", "41 B", "45", "27.27 %", "2.00", "6", "3", "90", "33.33 %", "33.33 %"]),
        ("mix", "multilingual", ["Multilingual", "1", "16 B", "30", "18.18 %", "3.00", "3", "1", "90", "33.33 %", "33.33 %"]),
        # the same, with the segment, the share in it, and no FIM
        ("mix", "python", ["python", "Code", "3", "41 B", "45", "27.27 %", "2.00", "6", "90", "33.33 %", "100.00 %", "–"]),
        (
            "mix",
            "en",
            ["en", "Multilingual", "1", "16 B", "30", "18.18 %", "3.00", "3", "90", "33.33 %", "100.00 %", "100.00 %"],
        ),
        # documents with 0, 1, 2, 3 uses
        ("uses", "korean", ["Korean", "0", "4", "0", "0"]),
        ("uses", "code", ["Code", "1", "0", "0", "2"]),
        # segment, scores, factor, documents, tokens, share before, epochs, planned tokens, share after
        ("knowledge", "korean ≥ 0.5", ["Korean", "≥ 0.5", "2", "1", "25", "27.78 %", "1.80", "45", "50.00 %"]),
        ("knowledge", "korean ", ["Korean", "no score", "1", "1", "15", "16.67 %", "1.00", "15", "16.67 %"]),
        # segment, unit, documents, mean, median, 90 %, 99 %, longest
        ("lengths", "tokens korean", ["Korean", "Tokens", "4", "22.5", "20", "30", "30", "30"]),
        ("lengths", "characters code", ["Code", "Characters", "3", "13.7", "13", "15", "15", "15"]),
        # language, bytes, tokens, characters and bytes per token, tokens per character and word, single bytes
        ("tokens", "ko", ["ko", "270 B", "90", "1.30", "3.00", "0.77", "3.00", "10.000 %"]),
        ("tokens", "python", ["python", "41 B", "45", "0.91", "0.91", "1.10", "3.00", "8.889 %"]),
        # length, segment, tokens, share, sequences, padding, padding share, uses, split, FIM, adds up, shards, bytes
        ("shards", "16 korean", ["16", "Korean", "78", "28.89 %", "5", "2", "2.500 %", "3", "1", "1", "✓holds", "1", "300 B"]),
        ("shards", "32 code", ["32", "Code", "12", "4.44 %", "1", "20", "62.500 %", "1", "0", "0", "✓holds", "1", "300 B"]),
        ("length-sum", "16", ["16", "Total", "234", "86.67 %", "15", "6", "2.500 %", "9", "3", "3", "", "3", "900 B"]),
        # what, wanted, possible, missing, binding, remedy
        (
            "short",
            "total_tokens",
            [
                "total_tokens",
                "300",
                "270",
                "30",
                "multilingual: 4 epochs <at most>",
                "more multilingual text, or max_epochs = 5",
            ],
        ),
        # what, expected, interval, outcome, inside
        (
            "forecast",
            "forecast.retention filter",
            ["filter: share kept", "74.00 %", "70.00 % – 80.00 %", "75.00 %", "", "✓holds"],
        ),
        ("forecast", "forecast.kept filter", ["filter: documents kept", "9", "8 – 10", "9", "", "✓holds"]),
        (
            "forecast",
            "forecast.retention dedup",
            ["dedup: share kept", "97.00 %", "95.00 % – 99.00 %", "88.89 %", "", "✗does not hold"],
        ),
        (
            "forecast",
            "forecast.retention decontaminate",
            ["decontaminate: share kept", "100.00 %", "90.00 % – 100.00 %", "not known yet", "", "–"],
        ),
        ("forecast", "forecast.rule filter too_short", ["filter: too_short", "2", "1 – 3", "2", "", "✓holds"]),
        ("forecast", "forecast.rule filter language_score", ["filter: language_score", "1", "0 – 2", "0", "", "✓holds"]),
        (
            "forecast",
            "forecast.rule decontaminate contaminated",
            ["decontaminate: contaminated", "1", "0 – 2", "not known yet", "", "–"],
        ),
        ("forecast", "forecast.unseen filter", ["filter: the most of any other rule", "0", "0 – 1", "2", "", "✗does not hold"]),
        ("forecast", "forecast.documents korean", ["korean: documents", "4", "3 – 5", "4", "", "✓holds"]),
        ("forecast", "forecast.tokens korean", ["korean: tokens", "88", "80 – 95", "90", "", "✓holds"]),
        ("forecast", "forecast.epochs korean", ["korean: epochs", "1.20", "1.10 – 1.30", "1.00", "", "✗does not hold"]),
        ("forecast", "forecast.planned_tokens web-ko", ["web-ko: tokens in the mix", "90", "80 – 95", "90", "", "✓holds"]),
        ("forecast", "forecast.run_tokens ", ["tokens before the mix", "160", "150 – 170", "165", "", "✓holds"]),
        ("forecast", "forecast.run_hours ", ["time", "1:12", "36 s – 1:48", "not known yet", "", "–"]),
        # stage, time, share, workers, sessions, documents, documents/s, text/s, text/s and worker
        ("time", "ingest", ["ingest", "2.0 s", "2.17 %", "2", "2", "15", "8", "187 B/s", "94 B/s"]),
        ("time", "filter", ["filter", "1:30", "97.83 %", "2", "1", "12", "–", "–", "–"]),
    ],
)
def test_figures(figures: Page, kind: str, name: str, cells: list[str]) -> None:
    assert figures.row(kind, name) == cells


def test_unreadable_reasons_and_what_is_no_document(run: str) -> None:
    _, page = read(run)
    assert re.search(r"web-ko\s*invalid_utf8\s*1\s*12\.50\s%", page.text)
    assert re.search(r"web-ko\s*truncated_record\s*1\s*12\.50\s%", page.text)
    assert "request 3, warcinfo 1." in page.text


def test_tokenizer_and_special_tokens(run: str) -> None:
    _, page = read(run)
    assert "1,024 entries" in page.text
    shown = "".join(page.text.split())
    assert "<|endoftext|>0<|pad|>1<|r_0|>…<|r_2|>2–4<|r_7|>9" in shown
    assert page.row("tokens", "korean")[1:] == page.row("tokens", "ko")[1:]


def test_samples_have_every_failing_rule_and_the_text_of_the_stage_before(run: str) -> None:
    html, page = read(run)
    part = details(html, "too_short")
    assert part.count('class="sample"') == 2
    assert "짧다 ★★★" in part
    for told in ("file:///data/web-ko/k4", "symbol_ratio", "<b>0.375</b>", "<b>0.1</b>", "fewer words than 50"):
        assert told in part
    links = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    assert {f"#{attributes['id']}" for _, attributes in page.tags if "id" in attributes} >= links


def test_a_duplicate_names_the_one_that_was_kept_and_an_unreadable_record_only_its_reason(run: str) -> None:
    html, _ = read(run)
    duplicate = details(html, "exact_duplicate")
    assert re.search(r"kept instead</span>.*</dt><dd class=\"mono\">e0<", duplicate)
    assert "Call me Ishmael." in duplicate
    unreadable = details(html, "invalid_utf8")
    assert "byte 17 of record 3" in unreadable
    assert "<pre" not in unreadable
    assert "no text was kept" in details(html, "empty_text")


def test_a_text_is_cut_at_600_characters(tmp_path: Path) -> None:
    html, _ = read(build_run(tmp_path / "run", texts={"k5": "가" * 1_000_000}))
    part = details(html, "too_short")
    assert "가" * 600 + "</pre>" in part
    assert "가" * 601 not in part
    assert "The first 600 of 1,000,000 characters." in part
    assert len(html) < 250_000


HOSTILE = [
    '</script></pre></details><script>alert(1)</script><img src="//x/x.png" onerror=alert(1)>',
    "</style><style>*{display:none}</style><!-- <![CDATA[ &lt;b&gt; {{ 7*7 }} {% raw %}",
    "\u202egnp.exe\u2066\u2069\u200b\ufeff\u0000\u0000\x1b[31m\r\n\x07\ufffe\U000e0041",
    "Z" + "\u0335\u0322\u031b" * 500,
    "\"' onmouseover='alert(1)' x=\"",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_or_name_breaks_the_page(tmp_path: Path, text: str) -> None:
    plain = [(tag, sorted(attributes)) for tag, attributes in read(build_run(tmp_path / "plain"))[1].tags]
    run = build_run(tmp_path / "run", texts={"k4": text, "e2": text}, names={"k4": text, "e1": text, "k5": text + "2"})
    html, page = read(run)
    # The order of samples follows their ids, so tags are compared as a multiset; marks of odd characters, the note that a
    # text is cut and places where a line may break are left out.
    left_out = ("span", "p", "wbr")
    found = [(tag, sorted(attributes)) for tag, attributes in page.tags]
    assert sorted(t for t in found if t[0] not in left_out) == sorted(t for t in plain if t[0] not in left_out)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ufffe]", html)


@pytest.mark.parametrize("until", ["filter", "shards"])
def test_the_page_loads_nothing(tmp_path: Path, until: str) -> None:
    html, page = read(build_run(tmp_path / "run", until=until))
    assert not {tag for tag, _ in page.tags} & LOADING
    for _, attributes in page.tags:
        assert not {"src", "srcset", "action", "onclick", "onload", "xlink:href"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in html


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    first = Path(write_report(build_run(tmp_path / "a" / "run")))
    data = first.read_bytes()
    assert Path(write_report(str(first.parent))).read_bytes() == data
    assert Path(write_report(build_run(tmp_path / "b" / "run"))).read_bytes() == data
    assert [path.name for path in first.parent.iterdir() if ".tmp" in path.name] == []


def test_times_change_nothing_but_their_own_section(run: str) -> None:
    # A forecast of the hours is compared with them.
    (Path(run) / "forecast.json").unlink()
    without = read(run)[0]
    rewrite(Path(run) / "timing.json", lambda t: t["stages"]["ingest"]["sessions"][0].update(seconds=99.0))
    changed = read(run)[0]
    times = re.compile("<!--times-->.*<!--/times-->", re.DOTALL)
    assert changed != without
    assert times.sub("", changed) == times.sub("", without)


def test_a_run_on_an_object_store_gives_the_same_page(run: str) -> None:
    memory = fsspec.filesystem("memory")
    memory.put(run, "/bucket/run-a", recursive=True)
    assert write_report("memory://bucket/run-a/") == "memory://bucket/run-a/report.html"
    assert memory.cat_file("/bucket/run-a/report.html") == Path(write_report(run)).read_bytes()


@pytest.mark.parametrize(
    ("until", "kept", "tokens", "missing"),
    [
        ("ingest", "12", "–", "knowledge-sample"),
        ("filter", "9", "–", "duplicates"),
        ("dedup", "8", "–", "signatures"),
        ("tokens", "8", "–", "plan"),
        ("plan", "8", "270", "shards"),
    ],
)
def test_a_run_that_stopped_shows_what_there_is(tmp_path: Path, until: str, kept: str, tokens: str, missing: str) -> None:
    _, page = read(build_run(tmp_path / "run", until=until))
    assert page.mark("figure", "documents-kept") == kept
    assert page.mark("figure", "tokens") == tokens
    assert "This run is not complete." in page.text
    assert re.search(rf"not begun: {missing}\b", page.text)
    assert ("planned, not packed yet" in page.text) == (until == "plan")
    assert "Nothing is packed yet." in page.text


def test_a_stage_that_is_under_way_is_told(tmp_path: Path) -> None:
    run = build_run(tmp_path / "run", until="filter")
    (Path(run) / "filter/manifest.json").unlink()
    _, page = read(run)
    assert re.search(r"filter\s+filters\s+–\s+begun, 2 parts done", page.text)
    assert page.mark("figure", "documents-kept") == "12"


def test_a_stage_made_from_documents_that_are_gone_is_left_out(run: str) -> None:
    rewrite(Path(run) / "filter/manifest.json", lambda m: m.update(fingerprint="another"))
    _, page = read(run)
    assert re.search(r"dedup\s+exact duplicates: removal\s+–\s+made from documents that this run no longer holds", page.text)
    assert page.mark("figure", "documents-kept") == "9"
    assert page.mark("figure", "tokens") == "–"


def _lose_one(manifest: dict[str, Any]) -> None:
    manifest["totals"]["kept"] -= 1


def _lose_one_in_a_partition(manifest: dict[str, Any]) -> None:
    manifest["partitions"][0]["kept"] -= 1


def _move_one(manifest: dict[str, Any]) -> None:
    for counts in (manifest["totals"], manifest["partitions"][0]):
        counts["kept"] += 1
        counts["dropped"] -= 1


def _one_too_many(manifest: dict[str, Any]) -> None:
    for counts in (manifest["totals"], manifest["partitions"][0]):
        counts["kept"] += 1
        counts["in"] += 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_lose_one, "unaccounted for: 1. A fault of the stage, not of the input; do not use this run"),
        (_lose_one_in_a_partition, f"1 of 2 partitions do not add up: {WEB}"),
        (_move_one, "the ledger holds 3 “dropped” documents, the manifest counts 2"),
        (_one_too_many, "ingest kept 12 documents, but 13 came in here"),
    ],
)
def test_what_does_not_add_up_is_loud(run: str, change: Any, told: str) -> None:
    rewrite(Path(run) / "filter/manifest.json", change)
    _, page = read(run)
    assert f"✗does not hold {told}" in page.mark("stage", "filter")
    assert ("12 in ≠ 8 kept" in page.mark("stage", "filter")) == (change is _lose_one)
    assert "✗ does not add up" in page.text
    assert "nothing lost unseen" not in page.text


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("padding", 5, "78 tokens and 5 of padding in 80 positions"),
        ("sequences", 7, "78 tokens and 2 of padding in 112 positions"),
        ("tokens", 77, "77 tokens and 2 of padding in 80 positions"),
    ],
)
def test_shards_that_do_not_add_up_are_loud(run: str, key: str, value: int, told: str) -> None:
    rewrite(Path(run) / "shards/shards.json", lambda s: s["lengths"]["16"]["segments"]["code"].update({key: value}))
    _, page = read(run)
    assert "Code, length 16, does not add up." in page.text
    assert told in page.text
    assert page.row("shards", "16 code")[10] == "✗does not hold"
    assert page.row("shards", "16 korean")[10] == "✓holds"
    assert "✗ does not add up" in page.text


def test_shards_without_what_was_planned_are_loud(run: str) -> None:
    rewrite(Path(run) / "plan/plan.json", lambda plan: plan["segments"]["code"]["by_length"].update({"32": 13}))
    assert "12 tokens are packed, 13 were planned." in read(run)[1].text


def test_two_records_with_one_id_keep_their_own_texts(tmp_path: Path) -> None:
    html, _ = read(build_run(tmp_path / "run", names={"k4": "same", "k3": "same", "k5": "other"}))
    part = details(html, "symbol_ratio")
    assert "짧다 ★★★" in part
    assert "동해물과" not in part


def test_shares_that_are_not_thirds_are_loud(run: str) -> None:
    rewrite(Path(run) / "shards/shards.json", lambda s: s["segments"]["code"].update(tokens=40))
    assert "✗ Not equal thirds" in read(run)[1].text


def test_shares_that_the_recipe_asked_for_are_no_error(run: str) -> None:
    def change(value: dict[str, Any]) -> None:
        for name, tokens, asked in (("korean", 50, 0.5), ("multilingual", 30, 0.3), ("code", 20, 0.2)):
            row = value["segments"][name]
            row.update(tokens=tokens, share=asked)

    rewrite(Path(run) / "shards/shards.json", change)
    rewrite(Path(run) / "plan/plan.json", change)
    text = read(run)[1].text
    assert "✓ As the recipe asks" in text
    assert "✓ Equal thirds" not in text


@pytest.mark.parametrize("damage", ["gone", "cut short"])
def test_a_ledger_that_cannot_be_read_is_loud_and_the_rest_is_shown(run: str, damage: str) -> None:
    ledger = Path(run) / f"filter/ledger/{WEB}.parquet"
    if damage == "gone":
        ledger.unlink()
    else:
        ledger.write_bytes(ledger.read_bytes()[:-10])
    _, page = read(run)
    assert "Files of this run that cannot be read: 1." in page.text
    assert "its ledger could not be read whole" in page.mark("stage", "filter")
    assert page.row("rule", "exact_duplicate")[2] == "1"
    assert page.mark("figure", "documents-kept") == "8"


def test_samples_stay_without_text_when_the_stage_before_was_cleaned_up(run: str) -> None:
    (Path(run) / f"ingest/{WEB}.parquet").unlink()
    html, page = read(run)
    assert "Its text is not in this run any more." in details(html, "too_short")
    assert "so its samples have no text" in page.text


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda _: None, "no such run directory; make it with: malmoi build RECIPE --out "),
        (lambda path: path.mkdir(), "no stage has finished here (no ingest/manifest.json)"),
        (lambda path: _spoil(path, "{"), "manifest.json is not JSON"),
        (lambda path: _spoil(path, "[]"), "holds no JSON object; delete it and run malmoi build again"),
        (lambda path: _spoil(path, "{}"), "not a manifest of this version (KeyError('fingerprint'))"),
    ],
)
def test_what_is_no_run_is_an_error_with_a_remedy(tmp_path: Path, prepare: Any, told: str) -> None:
    run = tmp_path / "run"
    prepare(run)
    with pytest.raises(ValueError, match=re.escape(told)):
        write_report(str(run))
    assert not (run / "report.html").exists()


@pytest.mark.parametrize(
    ("file", "text", "told", "gone"),
    [
        ("plan/plan.json", "{", "plan/plan.json is no JSON object (ValueError); it is left out", "data-knowledge"),
        ("plan/plan.json", '{"knowledge": 3}', "plan/plan.json is not as this version writes it (TypeError)", "data-knowledge"),
        ("plan/plan.json", '{"segments": {"korean": 3}}', "plan/plan.json is not as this version writes it", "data-short"),
        ("plan/plan.json", '{"sources": [3]}', "plan/plan.json is not as this", "data-source-mix"),
        ("shards/shards.json", "[]", "shards/shards.json is no JSON object", "data-shards"),
        ("shards/shards.json", '{"lengths": {"x": {}}}', "shards/shards.json is not as this version writes it", "data-shards"),
        (
            "timing.json",
            '{"stages": {"ingest": 3}}',
            "timing.json is not as this version writes it (AttributeError)",
            "data-time",
        ),
        ("forecast.json", '{"stages": 3}', "forecast.json is not as this version writes it (AttributeError)", "data-forecast"),
        ("forecast.json", "\x00", "forecast.json is no JSON object (ValueError)", "data-forecast"),
        ("resolved.json", "nothing", "resolved.json is no JSON object", "CC0-1.0"),
        (f"tokens/{WEB}.parquet", "no table", f"tokens/{WEB}.parquet cannot be read (ArrowInvalid)", "data-lengths"),
        ("tokenizer/tokenizer.json", '{"added_tokens": [3]}', "tokenizer/tokenizer.json is not as", "tokenizer-entries"),
    ],
)
def test_a_file_that_is_damaged_is_told_and_the_rest_is_shown(run: str, file: str, text: str, told: str, gone: str) -> None:
    (Path(run) / file).write_text(text)
    html, page = read(run)
    assert told in page.text
    assert gone not in html.split("</style>")[1]
    assert page.mark("figure", "documents-kept") == "8"
    assert page.row("rule", "too_short")[2] == "2"


def test_a_run_of_an_older_version_shows_what_it_has(tmp_path: Path) -> None:
    html, page = read(build_run(tmp_path / "run", older=True))
    assert page.row("shards", "16 korean") == [
        *("16", "Korean", "90", "33.33 %", "6", "6", "6.250 %", "–", "–", "–", "✓holds", "1", "282 B")
    ]
    assert page.row("source-mix", "web-ko") == ["web-ko", "90", "1.00", "90", "33.33 %"]
    assert page.row("tokens", "ko")[-2:] == ["–", "–"]
    assert page.row("lengths", "tokens korean")[2] == "4"
    assert ("data-lengths", "characters korean") not in page.cells
    for told in (
        "has no knowledge buckets",
        "No forecast is stored",
        "No times are stored",
        "✓ complete",
        "18 sequences of 16",
    ):
        assert told in page.text
    assert "Files of this run that cannot be read" not in html


def test_a_mix_without_shortfalls_says_so(run: str) -> None:
    rewrite(Path(run) / "plan/plan.json", lambda plan: plan.update(shortfalls=[], wanted_tokens=270))
    text = read(run)[1].text
    assert "✓ Every wish of the recipe is met." in text
    assert "270 tokens planned of 270 wanted" in text


def _spoil(path: Path, text: str) -> None:
    (path / "ingest").mkdir(parents=True)
    (path / "ingest/manifest.json").write_text(text)


def ledger(rows: list[tuple[str, list[tuple[str, float | None]]]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(
        [
            {
                "id": id_,
                "source": "s",
                "uri": "",
                "action": "dropped",
                "failures": [{"rule": r, "value": v, "threshold": None, "detail": ""} for r, v in failures],
                "kept_id": "",
                "text_bytes": 3,
                "language": "ko",
                "segment": "korean",
            }
            for id_, failures in rows
        ],
        schema=LEDGER_SCHEMA,
    )


def test_a_rule_that_fails_twice_is_one_document_and_no_rule_is_told_apart() -> None:
    tally = LedgerTally()
    tally.add(ledger([("a", [("x", 1.0), ("x", None)]), ("b", [("x", 1.0), ("y", 1.0)]), ("c", [])]), partition="p")
    counts = {rule: (t.documents, t.only, t.text_bytes) for (_, rule), t in tally.by_action_rule().items()}
    assert counts == {"x": (2, 1, 6), "y": (1, 0, 3), "": (1, 1, 3)}
    assert tally.by_action()["dropped"].documents == 3


def test_samples_do_not_depend_on_order_or_batches() -> None:
    rows = [(f"문서-{n}", [("x", 1.0)]) for n in range(1000)]
    whole, pieces = LedgerTally(), LedgerTally()
    whole.add(ledger(rows), partition="p")
    for start in range(0, 1000, 7):
        pieces.add(ledger(rows[::-1][start : start + 7]), partition="p")
    chosen = [pick.id for pick in whole.samples["dropped", "x"]]
    assert len(chosen) == 5
    assert [pick.id for pick in pieces.samples["dropped", "x"]] == chosen


def test_the_stages_are_those_of_a_build() -> None:
    from pipelines.build import STAGES

    built = [name for name, _ in STAGES]
    assert built == [name for name in STAGE_NAMES if name in built]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("한글\n\t줄", "한글\n\t줄"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("a\x00\x00\x00b", 'a<span class="cp">U+0000×3</span>b'),
        ("\u202eabc", '<span class="cp">U+202E</span>abc'),
        ("줄\r\n", '줄<span class="cp">U+000D</span>\n'),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        ("x" * 201, "x" * 200 + '<span class="cut">…</span>'),
    ],
)
def test_what_cannot_be_seen_is_shown(text: str, html: str) -> None:
    assert visible(text) == html


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (size(0), "0 B"),
        (size(999), "999 B"),
        (size(1000), "1.00 kB"),
        (size(999_499), "999 kB"),
        (size(999_600), "1.00 MB"),
        (size(12_345_678), "12.3 MB"),
        (size(None), "–"),
        (share(1, 3), "33.33 %"),
        (share(1, 1_000_000), "<0.01 %"),
        (share(999_999, 1_000_000), ">99.99 %"),
        (share(0, 7), "0.00 %"),
        (share(1, 0), "–"),
        (number(0.1), "0.1"),
        (number(3.0), "3"),
        (number(1 / 3), "0.333333"),
        (number(float("nan")), "nan"),
        (number(float("inf")), "inf"),
        (number(None), "–"),
    ],
)
def test_numbers(made: str, expected: str) -> None:
    assert made.replace("\N{NO-BREAK SPACE}", " ") == expected
