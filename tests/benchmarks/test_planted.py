"""Planted near-duplicates: each change does what its name says, the truth is exact, the peers report what they should."""

import gzip
import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from benchmarks.near_duplicates import Judged, count
from benchmarks.planted import forms, layout, page_lines, particles, sentences, spelling, tools, words
from benchmarks.planted.documents import Original, draw, nearest_pairs
from benchmarks.planted.draft import Change, Draft, one_after_the_other, substituted
from benchmarks.planted.draft import sentences as split_sentences
from benchmarks.planted.kinds import CHANGES, KINDS, Pair, make_pairs
from benchmarks.planted.speech_level import speech_level
from benchmarks.planted.templates import TEMPLATES, template_pair
from benchmarks.planted.truth import Analyses, Similarity, Verdict, character_grams, jaccard, multiset_jaccard

TEXT = """우리 마을 도서관은 오래된 창고를 고쳐서 만들었다. 주민들은 주말마다 모여서 벽을 칠하고 책장을 날랐다. 처음에는 책이 삼백 권뿐이었지만 지금은 만 권이 넘는다.
아이들은 학교가 끝나면 이곳으로 달려와 숙제를 하고 그림책을 읽는다. 어른들은 저녁에 모여 신문을 읽거나 바둑을 둔다. 도서관장은 여기서 삼십 년을 살았다고 한다.
작년 여름에는 큰비가 내려서 지붕이 새고 책 수백 권이 젖었다. 사람들은 젖은 책을 한 장씩 말리고 찢어진 쪽을 풀로 붙였다. 그때 찍은 사진은 아직도 현관에 걸려 있다.
올해는 시청에서 예산을 받아 컴퓨터 열 대와 의자 스무 개를 새로 들였다. 다음 달부터는 매주 수요일에 글쓰기 강좌를 연다. 신청은 전화 또는 누리집에서 할 수 있다.
도서관은 책을 빌리는 곳이지만 마을 사람들이 서로의 안부를 묻는 곳이기도 하다. 관장은 이 건물이 백 년 뒤에도 남아 있기를 바란다."""
OTHER = """바다거북은 태어난 해변으로 돌아와 알을 낳는다. 연구자들은 자기장이 그 길잡이라고 추측한다. 새끼 거북은 달빛을 따라 물로 기어간다.
가로등 불빛은 새끼들을 반대쪽으로 이끌어 많은 수를 죽게 한다. 그래서 몇몇 해안 도시는 산란기에 조명을 끄기로 결정했다. 그물에 걸린 거북은 숨을 쉬지 못해 금방 죽는다.
어부들은 탈출구가 달린 그물을 시험하고 있으며 결과는 희망적이다. 국제 조약은 거북의 알과 등딱지를 사고파는 일을 금지한다."""
ANALYSES = Analyses()
DRAFT = Draft(TEXT, OTHER, ANALYSES)


def changed(change: Change, *, seed: int = 1, text: str = TEXT) -> str:
    return change(DRAFT.with_text(text), random.Random(seed))


def letters(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("가나 다, 라마바", {"가나다라마", "나다라마바"}),
        ("ＡＢ-ｃ1_2", {"abc12"}),
        (unicodedata.normalize("NFD", "가나다라마"), {"가나다라마"}),
        ("가나", {"가나"}),
        (" .,!", set()),
        ("", set()),
    ],
)
def test_character_grams(text: str, grams: set[str]) -> None:
    assert character_grams(text) == grams


def test_jaccard_is_exact() -> None:
    assert jaccard({"a", "b", "c"}, {"b", "c", "d"}) == 0.5
    assert jaccard(set(), set()) == 0.0
    assert multiset_jaccard(Counter("aabc"), Counter("abbd")) == 2 / 6
    assert multiset_jaccard(Counter(), Counter()) == 0.0


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("학교에서는 책을 빨리 읽었다.", {"N:학교", "N:책", "M:빨리", "V:읽"}),
        ("API를 3번 설치합니다", {"S:api", "S:3", "N:번", "N:설치"}),
        (unicodedata.normalize("NFD", "ＡＰＩ를 ３번 설치해요"), {"S:api", "S:3", "N:번", "N:설치"}),
    ],
)
def test_content_morphemes(text: str, content: set[str]) -> None:
    assert ANALYSES.content(text) == Counter(content)


@pytest.mark.parametrize(
    ("r1", "r2", "verdict"),
    [
        (0.8, 0.0, Verdict.MUST),
        (0.0, 0.8, Verdict.MUST),
        (0.799, 0.799, Verdict.BETWEEN),
        (0.6, 0.1, Verdict.BETWEEN),
        (0.599, 0.599, Verdict.MUST_NOT),
        (0.0, 0.0, Verdict.MUST_NOT),
    ],
)
def test_verdicts(r1: float, r2: float, verdict: Verdict) -> None:
    assert Similarity(r1, r2).verdict is verdict


#: What R1 and R2 may be after a change.
BOUNDS: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "particles 30 %": ((0.3, 0.65), (0.93, 1.0)),
    "particles 60 %": ((0.1, 0.45), (0.88, 1.0)),
    "particles, endings 30 %": ((0.3, 0.65), (0.9, 1.0)),
    "particles, endings 60 %": ((0.05, 0.45), (0.85, 1.0)),
    "speech level": ((0.6, 0.95), (0.97, 1.0)),
    "spacing 10 %": ((1.0, 1.0), (0.85, 1.0)),
    "no spaces": ((1.0, 1.0), (0.7, 1.0)),
    "typos 3 % of words": ((0.85, 0.99), (0.9, 1.0)),
    "typos 6 % of syllables": ((0.5, 0.75), (0.6, 0.9)),
    "sentence added": ((0.85, 0.97), (0.85, 0.97)),
    "sentence removed": ((0.85, 0.97), (0.85, 0.97)),
    "sentence moved": ((0.9, 1.0), (1.0, 1.0)),
    "sentences replaced 45 %": ((0.2, 0.5), (0.2, 0.55)),
    "page lines 4": ((0.5, 0.95), (0.5, 0.95)),
    "full-width": ((1.0, 1.0), (1.0, 1.0)),
    "NFD": ((1.0, 1.0), (1.0, 1.0)),
    "punctuation, case": ((1.0, 1.0), (0.9, 1.0)),
    "Hanja in brackets": ((0.75, 0.99), (0.95, 1.0)),
    "lines wrapped": ((1.0, 1.0), (0.97, 1.0)),
    "paragraphs joined": ((1.0, 1.0), (1.0, 1.0)),
    "words 5 %": ((0.7, 0.9), (0.83, 0.97)),
    "words 50 %": ((0.05, 0.25), (0.2, 0.55)),
}


@pytest.mark.parametrize("kind", BOUNDS)
def test_a_change_keeps_what_it_should(kind: str) -> None:
    copy = changed(CHANGES[kind])
    found = ANALYSES.similarity(TEXT, copy)
    (least_r1, most_r1), (least_r2, most_r2) = BOUNDS[kind]
    assert copy != TEXT or kind == "full-width"
    assert least_r1 <= found.r1 <= most_r1, found
    assert least_r2 <= found.r2 <= most_r2, found


@pytest.mark.parametrize("kind", CHANGES)
def test_a_change_depends_on_its_random_numbers_only(kind: str) -> None:
    assert changed(CHANGES[kind], seed=3) == changed(CHANGES[kind], seed=3)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_particles_of_that_share_of_words(share: float) -> None:
    copy = changed(particles.particles(share))
    different = sum(a != b for a, b in zip(TEXT.split(), copy.split(), strict=True))
    assert different == round(share * len(TEXT.split()))


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("길로", {"길에", "길에는", "길에서", "길에도", "길로도"}),
        ("책을", {"책은", "책도", "책만", "책까지"}),
        (
            "소와 말은",
            {
                f"{a} {b}"
                for a in ("소와", "소랑", "소하고", "소나")
                for b in ("말은", "말이", "말을", "말도", "말만", "말마저")
            },
        ),
        ("나무를.", {"나무는.", "나무도.", "나무만.", "나무까지."}),
        ("API가", {"API는", "API도", "API만"}),
        ("API", set()),
        ("", {""}),
    ],
)
def test_particles_that_fit(text: str, copies: set[str]) -> None:
    """After the sound before; a word may have none."""
    assert {changed(particles.particles(1.0), seed=seed, text=text) for seed in range(60)} <= copies | {text}


@pytest.mark.parametrize(
    ("text", "copies"),
    [
        ("파일을 엽니다.", {"파일을 연다.", "파일을 열어요."}),
        ("설정이 저장되었습니다.", {"설정이 저장되었다.", "설정이 저장되었어요."}),
        ("저는 학생입니다.", {"저는 학생이다.", "저는 학생이에요."}),
        ("이것은 나무다.", {"이것은 나무입니다.", "이것은 나무예요."}),
        ("밥을 먹는다. 물이 맑다.", {"밥을 먹습니다. 물이 맑습니다.", "밥을 먹어요. 물이 맑아요."}),
        ("(도와줘요.)", {"(도와준다.)", "(도와줍니다.)"}),
        ("제목 없음", {"제목 없음"}),
        ("", {""}),
    ],
)
def test_speech_levels(text: str, copies: set[str]) -> None:
    assert {changed(speech_level, seed=seed, text=text) for seed in range(12)} == copies


def test_spacing_changes_so_many_boundaries_and_no_letter() -> None:
    copy = changed(spelling.spacing(0.1))
    spaces = TEXT.count(" ")
    assert letters(copy) == letters(TEXT)
    assert copy.count(" ") == spaces
    assert len(set(TEXT.split()) - set(copy.split())) >= round(0.05 * spaces)
    assert " " not in changed(spelling.no_spacing)


@pytest.mark.parametrize("share", [0.03, 0.06])
def test_typos(share: float) -> None:
    in_words, in_syllables = changed(spelling.typos_in_words(share)), changed(spelling.typos_in_syllables(share))
    num_words = round(share * len(re.findall("[가-힣]{2,}", TEXT)))
    num_syllables = round(share * len(re.findall("[가-힣]", TEXT)))
    assert 0 < sum(a != b for a, b in zip(TEXT.split(), in_words.split(), strict=True)) <= num_words
    assert num_syllables <= sum(a != b for a, b in zip(TEXT, in_syllables, strict=True)) <= 2 * num_syllables


def test_sentences_are_the_text() -> None:
    parts = split_sentences(TEXT)
    assert "".join(sentence + gap for sentence, gap in parts) == TEXT
    assert len(parts) == 14
    assert split_sentences("") == [("", "")]
    assert [s for s, _ in split_sentences("값은 3.5 이다. 끝.\n제목\n\n2. 절")] == ["값은 3.5 이다.", "끝.", "제목", "2. 절"]


def test_sentences_added_removed_moved() -> None:
    def multiset(text: str) -> Counter[str]:
        return Counter(sentence for sentence, _ in split_sentences(text))

    own, other = multiset(TEXT), multiset(OTHER)
    assert (multiset(changed(sentences.added(2))) - own).total() == 2
    assert multiset(changed(sentences.added(2))) - own <= other
    assert (own - multiset(changed(sentences.removed(1)))).total() == 1
    assert multiset(changed(sentences.moved(3))) == own


def test_page_lines_stand_around_the_text() -> None:
    for number in range(1, 9):
        copy = changed(page_lines.page_lines(number))
        assert TEXT in copy
        assert len(copy.split("\n")) == len(TEXT.split("\n")) + number


def test_forms() -> None:
    assert changed(forms.full_width(1.0), text="Ab 1,2(가)~") == "Ａｂ １，２（가）～"
    assert changed(forms.decomposed, text="각") == "\u1100\u1161\u11a8"
    assert changed(forms.hanja(1.0), text="학교의 컴퓨터와 물") == "학교(學校)의 컴퓨터와 물"
    assert len(forms._HANJA) == 117


def test_layout_changes_only_white_space() -> None:
    for change in (layout.wrapped, layout.joined, layout.indented):
        assert changed(change).split() == TEXT.split()
    assert max(map(len, changed(layout.wrapped).split("\n"))) <= 80
    assert letters(changed(layout.wrapped_anywhere)) == letters(TEXT)
    assert "\n" not in changed(layout.joined)


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_words_of_that_share(share: float) -> None:
    copy = changed(words.replaced(share))
    different = [(a, b) for a, b in zip(TEXT.split(), copy.split(), strict=True) if a != b]
    assert len(different) == round(share * len(TEXT.split()))
    assert all(a.endswith(".") == b.endswith(".") for a, b in different)


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_share_a_frame_and_differ_in_substance(name: str) -> None:
    for seed in range(5):
        first, second = template_pair(name, (TEXT, OTHER), random.Random(seed))
        found = ANALYSES.similarity(first, second)
        assert found.verdict is not Verdict.MUST
        assert 0.35 <= found.r1 <= 0.65, found
        frame = set(first.split("\n")) & set(second.split("\n"))
        assert 0.5 <= sum(map(len, frame)) / len(first) <= 0.75


def test_changes_one_after_the_other() -> None:
    both = one_after_the_other(sentences.removed(1), forms.decomposed)
    assert unicodedata.normalize("NFC", changed(both)) == changed(sentences.removed(1))
    assert substituted("가나다", {(2, 3): "", (0, 1): "라", (3, 3): "!"}) == "라나!"


DOCUMENT = "이 문서는 시험에 쓰려고 지은 글이며 아무 뜻이 없다. " * 20


def write(path: Path, rows: list[dict[str, str]]) -> None:
    raw = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    compress = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}.get(path.suffix, bytes)
    path.write_bytes(compress(raw))


def test_documents_are_drawn_by_turns_and_whatever_their_order(tmp_path: Path) -> None:
    rows = [{"id": str(number), "text": f"{number} {DOCUMENT}"} for number in range(6)]
    for directory, order in (("a", rows), ("b", rows[::-1])):
        (tmp_path / directory).mkdir()
        for name in ("x.jsonl", "y.jsonl.gz", "z.jsonl.zst", "nsmc-reviews.jsonl", "readme.txt"):
            write(tmp_path / directory / name, order)
    drawn = draw(tmp_path / "a", most=7, seed=4)
    assert drawn == draw(tmp_path / "b", most=7, seed=4)
    assert drawn != draw(tmp_path / "a", most=7, seed=5)
    assert [document.source for document in drawn] == ["x", "y", "z", "x", "y", "z", "x"]


@pytest.mark.parametrize(
    "text",
    ["", "짧다", "english " * 100, DOCUMENT * 9],
    ids=["empty", "short", "not Korean", "long"],
)
def test_documents_that_do_not_fit(tmp_path: Path, text: str) -> None:
    write(tmp_path / "x.jsonl", [{"text": text}])
    with pytest.raises(ValueError, match="no Korean document of 500-4000 characters"):
        draw(tmp_path, most=1, seed=0)


def originals() -> Iterator[Original]:
    for number in range(8):
        text = changed(words.replaced(0.1 * number), seed=number) if number else TEXT
        yield Original(str(number), "book", text)
    yield Original("turtle", "sea", OTHER)


def test_nearest_pairs_are_of_one_source_and_take_each_document_once() -> None:
    pairs = nearest_pairs(list(originals()), most=4)
    assert {pairs[0][0].id, pairs[0][1].id} == {"0", "1"}
    assert all(a.source == b.source for a, b in pairs)
    assert len({document.id for pair in pairs[:2] for document in pair}) == 4
    below = nearest_pairs(list(originals()), most=2, below=0.5)
    assert all(jaccard(character_grams(a.text), character_grams(b.text)) < 0.55 for a, b in below[:1])


def test_pairs_of_every_kind_and_the_same_each_time() -> None:
    made = make_pairs(list(originals()), most=len(KINDS), seed=0, analyses=ANALYSES)
    assert made == make_pairs(list(originals()), most=len(KINDS), seed=0, analyses=ANALYSES)
    assert made != make_pairs(list(originals()), most=len(KINDS), seed=1, analyses=ANALYSES)
    assert all(pair.first != pair.second for pair in made)
    assert set(KINDS) - {pair.kind for pair in made} <= {
        "full-width",
        "full-width half",
        "two copies of one",
        "short: punctuation",
    }
    changed_page = next(pair for pair in made if pair.kind == "page lines changed")
    assert all(TEXT in text and text != TEXT for text in (changed_page.first, changed_page.second))
    with pytest.raises(ValueError, match="two documents"):
        make_pairs([], most=10, seed=0, analyses=ANALYSES)


@pytest.mark.parametrize("name", [name for name in tools.TOOLS if name != "ours"])
def test_peers_find_copies_and_leave_others(name: str) -> None:
    texts = [OTHER, TEXT, changed(sentences.added(1), text=OTHER), TEXT + "\n", "", changed(sentences.moved(1))]
    assert tools.TOOLS[name](texts[:5]) == {(0, 2), (1, 3)} if name != "words 0.8" else {(1, 3)}
    assert (1, 5) in tools.TOOLS[name](texts) or name == "words 0.8"


def test_counts() -> None:
    pair = Pair("kind", "", "")
    judged = [
        Judged(pair, (0, 1), Similarity(0.9, 0.9)),
        Judged(pair, (0, 2), Similarity(0.9, 0.1)),
        Judged(pair, (1, 2), Similarity(0.1, 0.1)),
        Judged(pair, (1, 3), Similarity(0.7, 0.1)),
        Judged(pair, (2, 3), Similarity(0.2, 0.1)),
    ]
    found = count(judged, {(0, 1), (1, 2), (1, 3)})
    assert (found.must, found.found, found.must_not, found.wrong) == (2, 1, 2, 1)
    assert (found.recall, found.precision) == (0.5, 0.5)
    assert count([], set()).recall == count([], set()).precision == 1.0
