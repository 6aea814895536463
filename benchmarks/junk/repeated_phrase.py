"""The same again and again: a phrase, a sentence, a block of lines, a cycle of phrases, a letter."""

from .draw import Draw, items
from .vocabulary import NOUNS

_PHRASES = items(
    """오늘도 좋은 하루 되세요
    빨리 답장 주세요
    {noun} 최고
    사랑합니다 고맙습니다
    이 노래를 들어 보세요
    정말 정말 좋아요
    {noun} {noun} 신청합니다
    구독과 좋아요 부탁드려요
    우리 모두 함께 가요
    {noun} 안내드립니다
    비가 온다 비가 와
    여기를 눌러 주세요
    참 잘했어요
    {noun:을} 확인해 주세요"""
)


def make(draw: Draw) -> str:
    words = {"noun": NOUNS}
    way = draw.whole(0, 4)
    if way == 0:
        return draw.random.choice([" ", "! ", "\n", ", "]).join([draw.line(_PHRASES, words)] * draw.whole(20, 120))
    if way == 1:
        cycle = [draw.line(_PHRASES, words) for _ in range(draw.whole(2, 5))]
        return draw.random.choice([" ", "\n", ". "]).join(cycle * draw.whole(10, 40))
    if way == 2:
        sentence = draw.passage(60, 160)
        return draw.random.choice([" ", "\n", "\n\n"]).join([sentence] * draw.whole(6, 30))
    if way == 3:
        block = [draw.passage(20, 80).replace("\n", " ") for _ in range(draw.whole(2, 6))]
        return "\n".join(block * draw.whole(5, 20))
    phrase = draw.line(_PHRASES, words)
    return "\n".join(f"{number}. {phrase}" for number in range(1, draw.whole(20, 60)))
