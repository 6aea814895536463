"""The pages that spam comes on: text message, comment, blog post, board thread, mobile page, shop page, flyer, chat.

Enters: what a class of spam says (:class:`Pitch`). Leaves: one document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .draw import Draw, items
from .vocabulary import NAMES

_MARKS = "★◆▶●■♥♣※☎✔➤◈▣✅🔥💰👉⭐📞🎁"
_BUTTONS = items(
    """바로가기 / 자세히 보기 / 신청하기 / 문의하기 / 상담 신청 / 입장하기 / 클릭 / 무료 체험 / 가입하기 / 전화 걸기 /
    친구 추가 / 더보기"""
)
_BLOG_OPENINGS = items(
    """안녕하세요, 오늘도 좋은 정보 들고 왔습니다
    요즘 이런 글 많이 찾으시죠?
    이웃님들 반갑습니다!
    주말 잘 보내고 계신가요
    댓글로 많이 물어보셔서 정리해 봤어요
    제가 직접 써 보고 올리는 후기입니다
    오랜만에 글 남기네요
    긴 말 필요 없고 결론부터 갑니다"""
)
_ANSWERS = items(
    """저도 했는데 진짜 되네요
    쪽지 드렸어요
    연락처 좀 알려 주세요
    덕분에 잘 해결했습니다
    여기 괜찮나요?
    친구 소개로 왔습니다
    빠르고 친절하네요
    추천 누르고 갑니다
    오늘 바로 받았어요
    믿고 갑니다
    정보 감사합니다
    문의 남겼습니다"""
)
_SIGNS_OFF = items(
    """감사합니다 / 많은 관심 부탁드려요 / 지금 바로 연락 주세요 / 언제든 환영합니다 / 기다리고 있겠습니다 /
    오늘이 마지막입니다"""
)


@dataclass(frozen=True, kw_only=True)
class Pitch:
    """What is said, as templates over ``words``: headlines, whole sentences, short points, ways of contact, tags."""

    words: Mapping[str, Sequence[str]]
    headlines: Sequence[str]
    sentences: Sequence[str]
    points: Sequence[str]
    contacts: Sequence[str]
    tags: Sequence[str]


def page(draw: Draw, pitch: Pitch) -> str:
    shapes: list[tuple[Callable[[Draw, Pitch], str], int]] = [
        *((_message, 2), (_comment, 2), (_blog, 4), (_board, 3), (_mobile, 3), (_flyer, 3), (_chat, 2), (_list, 2)),
    ]
    make = draw.random.choices([shape for shape, _ in shapes], [weight for _, weight in shapes])[0]
    return make(draw, pitch)


def _message(draw: Draw, pitch: Pitch) -> str:
    head = draw.random.choice(
        ["[Web발신]\n", "(광고) ", "[국제발신]\n", "", "(광고)[" + draw.line(pitch.headlines, pitch.words) + "]\n"]
    )
    body = draw.lines(pitch.sentences, pitch.words, 1, 3) + draw.lines(pitch.points, pitch.words, 1, 4)
    tail = draw.random.choice(["", "\n무료수신거부 080" + str(draw.whole(1000000, 9999999))])
    return head + draw.random.choice(["\n", " ", "\n- "]).join(body) + "\n" + draw.line(pitch.contacts, pitch.words) + tail


def _comment(draw: Draw, pitch: Pitch) -> str:
    body = draw.lines(pitch.sentences, pitch.words, 2, 6)
    draw.random.shuffle(body)
    body.insert(draw.whole(0, len(body)), draw.line(pitch.contacts, pitch.words))
    return " ".join(body) + " " + " ".join(draw.lines(pitch.tags, pitch.words, 0, 6))


def _blog(draw: Draw, pitch: Pitch) -> str:
    head = draw.line(pitch.headlines, pitch.words)
    parts = [head, draw.one(_BLOG_OPENINGS)]
    for _ in range(draw.whole(2, 6)):
        if draw.chance(0.4):
            parts.append(f"{draw.random.choice(_MARKS)} {draw.line(pitch.headlines, pitch.words)}")
        parts.append(" ".join(draw.lines(pitch.sentences, pitch.words, 2, 6)))
        if draw.chance(0.3):
            parts.append("\n".join("- " + point for point in draw.lines(pitch.points, pitch.words, 2, 5)))
    parts += [draw.line(pitch.contacts, pitch.words), draw.one(_SIGNS_OFF)]
    tags = draw.lines(pitch.tags, pitch.words, 5, 20)
    return "\n\n".join(parts) + "\n\n" + draw.random.choice([" ", ", "]).join("#" + tag.replace(" ", "") for tag in tags)


def _board(draw: Draw, pitch: Pitch) -> str:
    name = draw.one(NAMES) + str(draw.whole(1, 999))
    day = f"20{draw.whole(16, 25)}-{draw.whole(1, 12):02}-{draw.whole(1, 28):02}"
    head = draw.line(pitch.headlines, pitch.words)
    head += f"\n글쓴이 {name} | {day} | 조회 {draw.whole(1, 9999)} | 추천 {draw.whole(0, 99)}"
    body = "\n".join(draw.lines(pitch.sentences, pitch.words, 4, 14))
    answers = [f"{draw.one(NAMES)}: {draw.one(_ANSWERS)}" for _ in range(draw.whole(0, 5))]
    answers += [f"{draw.one(NAMES)}: {sentence}" for sentence in draw.lines(pitch.sentences, pitch.words, 0, 4)]
    return f"{head}\n\n{body}\n{draw.line(pitch.contacts, pitch.words)}\n\n댓글 {len(answers)}\n" + "\n".join(answers)


def _mobile(draw: Draw, pitch: Pitch) -> str:
    parts = [draw.line(pitch.headlines, pitch.words)]
    for _ in range(draw.whole(4, 12)):
        parts += draw.lines(pitch.points, pitch.words, 1, 4)
        parts.append(draw.one(_BUTTONS))
        if draw.chance(0.5):
            parts.append(draw.line(pitch.sentences, pitch.words))
    return "\n".join([*parts, draw.line(pitch.contacts, pitch.words)])


def _flyer(draw: Draw, pitch: Pitch) -> str:
    mark = draw.random.choice(_MARKS)
    parts = [f"{mark * 3} {draw.line(pitch.headlines, pitch.words)} {mark * 3}"]
    for _ in range(draw.whole(2, 5)):
        parts += [f"{mark} {point}" for point in draw.lines(pitch.points, pitch.words, 2, 6)]
        parts += draw.lines(pitch.sentences, pitch.words, 1, 3)
    contact = draw.line(pitch.contacts, pitch.words)
    return "\n".join([*parts, f"{mark}{mark} {contact} {mark}{mark}"])


def _chat(draw: Draw, pitch: Pitch) -> str:
    hour, minute = draw.whole(0, 20), draw.whole(0, 59)
    names = draw.several(NAMES, 1, 4)
    parts: list[str] = []
    for sentence in draw.lines([*pitch.sentences, *pitch.points], pitch.words, 6, 18):
        minute += draw.whole(0, 6)
        parts.append(f"[{draw.random.choice(names)}] [{hour + minute // 60}:{minute % 60:02}] {sentence}")
    return "\n".join([*parts, draw.line(pitch.contacts, pitch.words)])


def _list(draw: Draw, pitch: Pitch) -> str:
    """A list of links: one headline after the other."""
    rows = [
        draw.line(draw.random.choice([pitch.headlines, pitch.tags, pitch.points]), pitch.words)
        for _ in range(draw.whole(15, 60))
    ]
    mark = draw.random.choice(["", "- ", "· ", "▶ ", "[링크] "])
    return "\n".join(mark + row for row in rows)
