"""The texts of the page: every one in both languages, none unused, and no words that stand in a template alone."""

import re
import string
from pathlib import Path

import pytest

from pipelines.report import messages
from pipelines.report.messages import drawn, is_known, told, written
from pipelines.stage_names import STAGE_NAMES
from tests.pipelines.report_run import build_run
from tests.pipelines.test_report import Page, read

PACKAGE = Path(messages.__file__).parent
TEMPLATES = sorted(PACKAGE.glob("*.j2"))
#: Named by what a run holds: stages, segments, fates, kinds of personal data, scripts of a vocabulary, states.
BY_DATA = (
    "stage.",
    "segment.",
    "fate.",
    "pii.",
    "script.",
    "nav.",
    "stages.",
    "lengths.unit_",
    "flow.",
    "lengths.",
    "duplicates.",
    "forecast.",
)


@pytest.mark.parametrize("key", sorted(messages.messages()))
def test_a_text_is_there_in_both_languages_with_the_same_values(key: str) -> None:
    english, korean = messages.messages()[key]
    assert english.strip()
    assert korean.strip()
    assert re.search("[가-힣]", korean)
    assert not re.search("[가-힣]", english)
    values = [sorted(name for _, name, _, _ in string.Formatter().parse(text) if name) for text in (english, korean)]
    assert values[0] == values[1]
    tags = [sorted(re.findall("<[^>]+>", text)) for text in (english, korean)]
    assert tags[0] == tags[1]


def test_every_text_is_used_and_every_text_that_is_used_is_there() -> None:
    sources = "".join(path.read_text("utf-8") for path in [*TEMPLATES, *PACKAGE.glob("*.py")])
    named = set(re.findall(r"\b([a-z]+\.[a-z0-9_-]+)\b", sources))
    known = set(messages.messages())
    assert sorted(key for key in known - named if not key.startswith(BY_DATA)) == []
    asked = set(re.findall(r'(?:\bt|drawn|told|written)\("([a-z]+\.[a-z0-9_-]+)"', sources))
    # A name that ends in "_" is the beginning of those that it is put together with.
    assert [key for key in sorted(asked - known) if not (key.endswith("_") and any(k.startswith(key) for k in known))] == []


def test_every_stage_has_a_name() -> None:
    assert [name for name in STAGE_NAMES if not is_known("stage", name)] == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_words_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<!DOCTYPE html>", " ", text, flags=re.S)
    # In code, and where a language is given, a word is what it is.
    text = re.sub(r"<(code|style|title|[a-z]+ lang=\"..\"|label [^>]*|dt lang[^>]*)>[^<]*</", "<", text)
    text = re.sub(r"<[^>]*>", " ", text)
    assert re.findall(r"[A-Za-z가-힣]{2,}", text.replace("SHA-256", "").replace("Malmoi", "")) == []


class Untold(Page):
    """Words of the page that are in no language and are no data: a text that was not put into the table."""

    def __init__(self, html: str) -> None:
        self.words: list[str] = []
        super().__init__(html)

    def handle_data(self, data: str) -> None:
        told_or_data = any(
            "lang" in a or t in ("style", "code", "bdi", "pre", "title") or "mono" in (a.get("class") or "")
            for t, a in self.open[1:]
        )
        if not told_or_data and re.search("[A-Za-z가-힣]{3,}", data):
            self.words.append(data.strip())


@pytest.mark.parametrize("until", ["ingest", "plan", "shards"])
def test_no_part_of_the_page_is_in_one_language_alone(tmp_path: Path, until: str) -> None:
    html, _ = read(build_run(tmp_path / "run", until=until))
    # Languages and sources in drawings are names from the run, and so are the names of fates in a badge's class.
    names = {"web-ko", "books-en", "repos", "python", "tiny", "others"}
    assert [words for words in Untold(html).words if words not in names] == []


@pytest.mark.parametrize(
    ("until", "korean"),
    [
        ("shards", ["한눈에 보기", "3등분입니다", "출처에서 세그먼트로", "전자우편 주소", "완료"]),
        ("filter", ["이 실행은 끝나지 않았습니다."]),
    ],
)
def test_the_page_is_whole_in_korean(tmp_path: Path, until: str, korean: list[str]) -> None:
    html, english = read(build_run(tmp_path / "run", until=until))
    page = Page(html, "ko")
    assert [text for text in korean if text not in page.text] == []
    assert [text for text in korean if text in english.text] == []
    assert page.row("rule", "too_short")[1:3] == ["제외", "2"]
    assert page.mark("figure", "documents-in") == "15"


def test_values_are_escaped_in_both_languages() -> None:
    html = str(written("check.chain", before="<b>{0}&"))
    assert html.count("&lt;b&gt;{0}&amp;") == 2
    assert html.startswith('<span class="e" lang="en">takes in all that ')
    assert str(drawn(told("flow.others", number="<3"))).startswith('<tspan class="e" lang="en">others (&lt;3)</tspan><tspan')
