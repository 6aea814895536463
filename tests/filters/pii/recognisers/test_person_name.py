import pytest

from filters.pii.recognisers.person_name import PersonName
from tests.filters.pii.found import found
from tests.filters.pii.recognisers.hostile import check_bounded_time


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # An honorific or office behind it.
        ("홍길동 씨가 왔다", ["홍길동"]),
        ("김민수님께 드립니다", ["김민수"]),
        ("이영희 과장이", ["이영희"]),
        ("남궁민수 계장", ["남궁민수"]),
        ("황보경 씨", ["황보경"]),
        ("김준 대리님", ["김준"]),
        ("이산 씨", ["이산"]),
        ("김하늘 양은", ["김하늘"]),
        ("김영희 어린이의 보호자", ["김영희"]),
        ("홍길동(洪吉童) 씨", ["홍길동(洪吉童)"]),
        # A label in front of it.
        ("성명: 홍길동", ["홍길동"]),
        ("성 명 : 홍 길 동", ["홍 길 동"]),
        ("| 성명 | 홍길동 |", ["홍길동"]),
        ("[성명] 홍길동", ["홍길동"]),
        ("성명\n홍길동\n나이", ["홍길동"]),
        ("<th>성명</th><td>홍길동</td>", ["홍길동"]),
        ('{"name": "홍길동"}', ["홍길동"]),
        ("대표자(성명) 최수진", ["최수진"]),
        ("담당자 김민수에게", ["김민수"]),
        ("피고인 김태훈은", ["김태훈"]),
        ("원고 신도윤이 제출한", ["신도윤"]),
        ("배우자 황현의 번호", ["황현"]),
        ("대표이사 홍길동", ["홍길동"]),
        ("긴급여권 발급 대상자 윤은주(M12345678)", ["윤은주"]),
        ("참석자: 김민수, 이영희, 박철수 대리", ["김민수", "이영희", "박철수"]),
        ("성명: 줄리앙\n연락처: 없음", ["줄리앙"]),
        # Introductions, closings, ages and seals.
        ("제 이름은 홍길동입니다", ["홍길동"]),
        ("보호자 성함이 장유진이고", ["장유진"]),
        ("안녕하세요, 개발팀 박지훈입니다", ["박지훈"]),
        ("저는 김서연이라고 합니다", ["김서연"]),
        ("홍길동 드림", ["홍길동"]),
        ("홍길동 (인)", ["홍길동"]),
        ("이지은(여, 32세)은", ["이지은"]),
        # Latin letters.
        ("Name: Hong Gildong", ["Hong Gildong"]),
        ("Author: Min-su Kim", ["Min-su Kim"]),
        ("CONTACT\nName: LEE YOUNGHEE", ["LEE YOUNGHEE"]),
        ("Dear Minsu Kim,", ["Minsu Kim"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert sorted(set(found(PersonName(), text))) == sorted(set(names))


NO_NAMES = """
고객님|회원님께서|선생님이|사장님|이 대표님께|정이사님|구독자님|주인님|하느님|이모님|사용자 님
시계|자유 이용|원정 경기|조선 시대|강도사건|박수갈채|날씨|이 정도 씨앗|한국씨티은행|손글씨
담당자: 인사팀|성명: 미기재|이름: 이미지|이름: 정수형|신청인: 신청인과|문의: 전화번호|이름: 최강한파
피고인 주장은|원고 주장|피해자 전원이|담당자 정보|대표이사 선임|교수 임용|검사 결과|상담원 연결은
한국인 교수|문화원 원장|유명한 변호사|이상한 과장|주민 대표|이사회 의장|정수기 기사님|여성 대표
최대한 과장 없이|최소한 양|양자화 양이|소재국 양도|지하주차장|채무상환자금|전문기관장|임용대기자
이순신 장군|김구 선생|윤동주 시인|세종대왕|시인 윤동주는|조선의 왕 세종은|박지성 선수가
김 박사|박씨|김 과장은|민수 씨|안녕하세요, 고객센터입니다|저는 김밥입니다|제 이름은 나비입니다
Name: Visual Studio|Author: Park Avenue|From: Sun Microsystems|To: An Example|name = value
"""


@pytest.mark.parametrize("text", ["", *NO_NAMES.replace("\n", "|").strip("|").split("|")])
def test_no_names(text: str) -> None:
    assert found(PersonName(), text) == []


def test_bounded_time() -> None:
    check_bounded_time(
        PersonName(), "성명: 김민수, ", "성명 : 홍 ", "홍 길 동 ", "가자 김민수\n", "김민수(", "안녕하세요, ", "Name: Kim "
    )
