"""The report as people see it: in a real browser without a network, on a screen, on a phone, on paper, in both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.report import write_report
from tests.pipelines.report_run import build_run

from .browser import Browser, executable

PHONE, SCREEN = 360, 1280
#: Text that a page must not act on or be widened by: markup, an id and a name without a place to break, odd characters.
HOSTILE = "<img src=http://example.invalid/x.png onerror=alert(1)><script>alert(2)</script>" + "가" * 300 + "x" * 900 + "\u202e"

#: Elements that reach over the right edge, though nothing around them scrolls or cuts them off.
_TOO_WIDE = """[...document.querySelectorAll('body *')].filter(element => {
  if (element.getBoundingClientRect().right <= innerWidth + 1) return false;
  for (let around = element.parentElement; around; around = around.parentElement)
    if (['auto', 'hidden', 'scroll'].includes(getComputedStyle(around).overflowX)) return false;
  return true;
}).map(element => element.outerHTML.slice(0, 120))"""
#: Pairs of labels of one drawing that lie on one another.
_OVERLAPPING = """[...document.querySelectorAll('figure.chart > svg')].flatMap(drawing => {
  const labels = [...drawing.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([, box]) => box.width > 0);
  return labels.flatMap(([one, a], place) => labels.slice(place + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4)
    .map(([other]) => one + ' | ' + other));
})"""
#: Text against the colour behind it: the pairs whose contrast is below 4.5 (WCAG 2.2, 1.4.3).
_FAINT = """(() => {
  const light = colour => { const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
    .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]; };
  const behind = element => { for (let at = element; at; at = at.parentElement) { const colour = getComputedStyle(at).backgroundColor;
    if (!colour.startsWith('rgba(0, 0, 0, 0')) return colour; } return 'rgb(255, 255, 255)'; };
  const faint = new Set();
  for (const element of document.querySelectorAll('p, td, th, b, code, h1, h2, h3, li, label, a, .soft, .pill, .badge, .tick, .cross, .label')) {
    if (!element.getClientRects().length || !element.textContent.trim()) continue;
    const [one, other] = [light(getComputedStyle(element).color), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) faint.add(element.tagName + '.' + element.className + ' ' + contrast.toFixed(2));
  }
  return [...faint];
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = executable()
    if path is None:
        pytest.skip("no Chromium or Chrome is installed: apt-get install chromium")
    with Browser(path, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"file://{write_report(build_run(tmp_path_factory.mktemp('made') / 'run'))}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> str:
    names = {"k4": HOSTILE, "e0": HOSTILE + "2", "k5": HOSTILE + "3"}
    run = build_run(tmp_path_factory.mktemp("hostile") / "run", texts={"k4": HOSTILE, "e2": HOSTILE}, names=names)
    (Path(run) / "recipe.toml").write_text(f'name = "{HOSTILE}"\n')
    return f"file://{write_report(run)}"


@pytest.fixture(scope="module")
def unfinished(tmp_path_factory: pytest.TempPathFactory) -> str:
    run = build_run(tmp_path_factory.mktemp("unfinished") / "run", until="dedup")
    (Path(run) / "timing.json").write_text("{")
    return f"file://{write_report(run)}"


def korean(browser: Browser) -> None:
    browser.evaluate("document.querySelector('label[for=in-korean]').click()")


def open_all(browser: Browser) -> None:
    browser.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")


@pytest.mark.parametrize("page", ["made", "hostile", "unfinished"])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_the_page_asks_for_nothing_and_complains_of_nothing(
    browser: Browser, request: pytest.FixtureRequest, page: str, width: int
) -> None:
    url = request.getfixturevalue(page)
    browser.open(url, width=width)
    open_all(browser)
    assert browser.evaluate("document.images.length + document.scripts.length") == 0
    assert browser.requests() == [url]
    assert browser.complaints() == []


@pytest.mark.parametrize("page", ["made", "hostile", "unfinished"])
@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [320, PHONE, 700, 1000, SCREEN])
def test_nothing_reaches_over_the_edge(
    browser: Browser, request: pytest.FixtureRequest, page: str, language: str, width: int
) -> None:
    browser.open(request.getfixturevalue(page), width=width)
    if language == "ko":
        korean(browser)
    open_all(browser)
    assert browser.evaluate(_TOO_WIDE) == []
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_labels_do_not_lie_on_one_another(browser: Browser, made: str, language: str, width: int) -> None:
    browser.open(made, width=width)
    if language == "ko":
        korean(browser)
    assert browser.evaluate(_OVERLAPPING) == []


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out(browser: Browser, made: str, dark: bool) -> None:
    browser.open(made, width=SCREEN, dark=dark)
    open_all(browser)
    assert browser.evaluate(_FAINT) == []


def test_one_language_is_seen_at_a_time(browser: Browser, made: str) -> None:
    browser.open(made, width=PHONE)
    english = browser.evaluate("document.body.innerText")
    korean(browser)
    in_korean = browser.evaluate("document.body.innerText")
    for text, other in (
        ("The answer", "한눈에 보기"),
        ("Equal thirds", "3등분입니다"),
        ("Personal data by kind", "종류별 개인정보"),
    ):
        assert text in english
        assert other not in english
        assert other in in_korean
        assert text not in in_korean
    browser.evaluate("document.querySelector('label[for=in-english]').click()")
    assert browser.evaluate("document.body.innerText") == english


def test_the_keyboard_switches_the_language(browser: Browser, made: str) -> None:
    browser.open(made, width=SCREEN)
    browser.evaluate("document.getElementById('in-english').focus()")
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key="ArrowRight", code="ArrowRight", windowsVirtualKeyCode=39)
    assert "한눈에 보기" in browser.evaluate("document.body.innerText")


def test_every_drawing_has_a_name_in_the_language_that_is_seen(browser: Browser, made: str) -> None:
    browser.open(made, width=SCREEN)
    browser.call("Accessibility.enable")

    def names() -> list[str]:
        nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
        return [node["name"]["value"] for node in nodes if node.get("role", {}).get("value") in ("image", "img")]

    english = names()
    assert len(english) >= 12
    assert all(english)
    assert "Documents: from source to segment or loss" in english
    korean(browser)
    assert len(names()) == len(english)
    assert "문서: 출처에서 세그먼트로, 또는 빠진 단계로" in names()


def test_it_can_be_printed(browser: Browser, made: str) -> None:
    # A4 at 96 pixels to the inch, within margins.
    browser.open(made, width=718, media="print")
    assert browser.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX") == "visible"
    assert browser.evaluate(_TOO_WIDE) == []
    browser.open(made, width=718, media="print", dark=True)
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate(_FAINT) == []


def test_a_link_leads_to_the_samples_of_a_rule(browser: Browser, made: str) -> None:
    browser.open(made, width=SCREEN)
    browser.evaluate("document.querySelector('tr[data-rule=too_short] a').click()")
    assert browser.evaluate("document.querySelector(location.hash).closest('details').open")
