"""Tables of numbers with hardly a word: prices, weather, results, time tables, draws, readings, spreadsheets."""

from .draw import Draw, items
from .vocabulary import CITIES, GOODS

_HEADS = items(
    """일자 / 시가 / 고가 / 저가 / 종가 / 거래량 / 기온 / 습도 / 풍속 / 강수량 / 순위 / 승 / 무 / 패 / 득점 / 실점 / 승점 /
    수량 / 단가 / 금액 / 합계 / 번호 / 구분 / 비율 / 전월비 / 측정값 / 오차 / 평균 / 표준편차 / 출발 / 도착 / 요금 / 인구 /
    세대수 / 면적 / 점수 / 전압 / 전류"""
)
_NAMES = (
    *CITIES,
    *GOODS,
    *items(
        """1분기 / 2분기 / 상반기 / 하반기 / 남 / 여 / 계 / 소계 / 기타 / 가군 / 나군 / 갑 / 을 / 병 / 1조 / 2조 / 3조 / 월 /
        화 / 수 / 목 / 금"""
    ),
)


def make(draw: Draw) -> str:
    mark = draw.random.choice([" ", "\t", ",", " | ", ";", "   "])
    width, depth = draw.whole(3, 9), draw.whole(15, 60)
    kinds = [draw.random.choice([_integer, _decimal, _amount, _percent, _time]) for _ in range(width)]
    label = draw.random.choice([_day, _name, _number, _number, _day])
    rows = [mark.join([draw.one(_HEADS) for _ in range(width + 1)])] if draw.chance(0.7) else []
    rows += [mark.join([label(draw, row), *(kind(draw) for kind in kinds)]) for row in range(depth)]
    if draw.chance(0.2):
        return " ".join(rows)
    return "\n".join([f"{draw.one(_NAMES)} {draw.one(_HEADS)} 현황", *rows] if draw.chance(0.4) else rows)


def _integer(draw: Draw) -> str:
    return str(draw.whole(0, 10 ** draw.whole(1, 5)))


def _decimal(draw: Draw) -> str:
    return f"{draw.random.uniform(-50, 500):.{draw.whole(1, 3)}f}"


def _amount(draw: Draw) -> str:
    return f"{draw.whole(100, 99_999_999):,}"


def _percent(draw: Draw) -> str:
    return f"{draw.random.uniform(-30, 100):.1f}%"


def _time(draw: Draw) -> str:
    return f"{draw.whole(0, 23):02}:{draw.whole(0, 59):02}"


def _day(draw: Draw, row: int) -> str:
    return f"20{draw.whole(10, 25)}{draw.random.choice('.-/')}{row % 12 + 1:02}.{row % 28 + 1:02}"


def _name(draw: Draw, _row: int) -> str:
    return draw.one(_NAMES)


def _number(_draw: Draw, row: int) -> str:
    return str(row + 1)
