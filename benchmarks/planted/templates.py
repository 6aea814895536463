"""Pages made from one template: about 60 % of the text is shared, what they say differs.

Enters: two texts of one source to take substance from, and random numbers. Leaves: two documents with the same frame
(contract, notice, product page, API reference or ruling), each with its own names, amounts, dates and statements. The frame
is drawn from a pool of clauses, so no two pairs share all of it. Statements are sentences of real documents, so many that
they are about 40 % of the letters.
"""

import random
from collections.abc import Callable, Iterator

from .draft import sentences

_PEOPLE = ("김서연", "이도윤", "박하준", "최지우", "정민서", "강예준", "조수아", "윤시우", "장하은", "임주원", "한지호")
_COMPANIES = ("한빛물산", "새봄식품", "두레건설", "참솔전자", "가람운송", "미래바이오", "늘푸른교육", "동해수산", "온새미로")
_PLACES = ("강릉시", "여수시", "제주시", "안동시", "군산시", "김해시", "원주시", "목포시", "청주시", "포항시")

_CONTRACT = """
갑과 을은 상호 신뢰를 바탕으로 다음과 같이 계약을 체결하고 이를 성실히 이행하기로 한다.
본 계약에서 정하지 아니한 사항은 관계 법령과 일반 상관례에 따르며, 당사자가 협의하여 정한다.
을은 갑의 사전 서면 동의 없이 본 계약상의 권리와 의무를 제3자에게 양도하거나 담보로 제공할 수 없다.
당사자 일방이 본 계약을 위반한 경우 상대방은 기간을 정하여 이행을 최고하고, 이행하지 아니하면 계약을 해지할 수 있다.
천재지변, 전쟁, 정부의 명령 등 불가항력으로 인하여 계약을 이행할 수 없는 때에는 그 책임을 면한다.
각 당사자는 계약 이행 과정에서 알게 된 상대방의 영업비밀을 계약 종료 후에도 누설하여서는 아니 된다.
계약 기간이 끝나기 한 달 전까지 서면으로 거절의 뜻을 알리지 아니하면 같은 조건으로 일 년간 연장된 것으로 본다.
본 계약과 관련하여 분쟁이 발생한 때에는 갑의 본점 소재지를 관할하는 법원을 제1심 관할 법원으로 한다.
대금은 검수가 끝난 날부터 삼십 일 이내에 을이 지정한 계좌로 지급하며, 지연된 때에는 연 십이 퍼센트의 이자를 더한다.
계약의 성립을 증명하기 위하여 계약서 두 통을 작성하고 기명날인한 후 각각 한 통씩 보관한다.
목적물의 하자에 대하여 을은 인도한 날부터 일 년간 담보 책임을 지며, 갑의 요구가 있으면 지체 없이 보수하여야 한다.
통지는 서면으로 하여야 하며, 주소가 변경된 때에는 곧바로 상대방에게 알려야 한다.
"""
_NOTICE = """
안녕하십니까. 평소 저희 기관을 아껴 주시고 성원해 주시는 여러분께 깊이 감사드립니다.
아래와 같이 공고하오니 관심 있는 분들의 많은 참여를 바랍니다.
신청서는 누리집 자료실에서 내려받아 작성하신 뒤 전자우편이나 우편으로 제출하여 주시기 바랍니다.
제출하신 서류는 돌려 드리지 않으며, 기재한 내용이 사실과 다를 때에는 선정이 취소될 수 있습니다.
접수 기간이 지난 뒤에 도착한 신청서는 받지 않으니 마감 시간을 꼭 지켜 주시기 바랍니다.
심사 결과는 개별적으로 통지하며, 선정되지 않은 사유는 공개하지 않습니다.
자세한 사항은 담당 부서로 문의하여 주시면 친절히 안내해 드리겠습니다.
기관의 사정에 따라 일정이 바뀔 수 있으며, 변경된 일정은 누리집에 미리 알립니다.
개인정보는 접수와 심사 목적으로만 이용하며, 목적을 이룬 뒤에는 지체 없이 파기합니다.
장애인과 국가유공자는 관련 법령에 따라 우대하며, 증명 서류를 함께 내셔야 합니다.
공정한 심사를 위하여 외부 전문가가 참여하는 위원회를 구성하여 운영합니다.
"""
_PRODUCT = """
주문하신 상품은 결제가 확인된 날부터 이틀에서 닷새 사이에 받아 보실 수 있습니다.
단순 변심에 의한 교환과 반품은 상품을 받은 날부터 칠 일 이내에 가능하며 왕복 배송비는 구매자가 부담합니다.
상품이 훼손되었거나 포장을 뜯어 가치가 떨어진 경우에는 교환과 반품을 할 수 없습니다.
제주와 섬 지역은 추가 배송비가 붙으며 도착까지 며칠 더 걸릴 수 있습니다.
화면의 색상은 모니터 설정에 따라 실제와 조금 다르게 보일 수 있으니 양해해 주세요.
구매 후기를 남겨 주시면 적립금을 드리며, 사진이 있는 후기에는 두 배로 드립니다.
품질 보증 기간은 구입한 날부터 일 년이며, 소비자의 잘못으로 생긴 고장은 유상으로 수리해 드립니다.
미성년자가 법정대리인의 동의 없이 계약한 때에는 본인이나 법정대리인이 취소할 수 있습니다.
현금영수증과 세금계산서는 주문 내역에서 직접 신청하실 수 있습니다.
상담 시간은 평일 오전 아홉 시부터 오후 여섯 시까지이며 점심시간과 공휴일은 쉽니다.
"""
_API = """
이 문서는 호출 방법과 요청 매개변수, 응답 형식, 오류 코드를 설명합니다.
모든 요청은 HTTPS로 보내야 하며, 헤더에 발급받은 인증 키를 넣어야 합니다.
Authorization: Bearer {ACCESS_TOKEN}
Content-Type: application/json; charset=utf-8
인증 키가 없거나 만료되었으면 401 Unauthorized를 돌려줍니다. 키를 다시 발급받은 뒤 요청하세요.
초당 호출 횟수가 한도를 넘으면 429 Too Many Requests를 돌려주며, 잠시 기다린 뒤 다시 시도해야 합니다.
응답 본문은 JSON 객체이며 code, message, data 필드로 이루어져 있습니다.
필수 매개변수가 빠졌거나 형식이 올바르지 않으면 400 Bad Request와 함께 잘못된 필드의 이름을 알려 줍니다.
목록을 돌려주는 호출은 page와 size로 나누어 읽을 수 있고, 다음 쪽이 없으면 next는 null입니다.
서버에서 처리하지 못한 오류는 500 Internal Server Error이며 request_id를 적어 고객 지원에 알려 주시기 바랍니다.
시각은 모두 한국 표준시이고 형식은 yyyy-MM-dd HH:mm:ss입니다.
시험 환경에서는 실제 결제나 알림이 일어나지 않으며 하루 천 번까지 호출할 수 있습니다.
"""
_RULING = """
주문과 같이 재결한다. 심판 비용은 각자 부담한다.
청구인의 심판 청구를 기각한다. 이 사건 처분은 관계 법령에 따라 적법하게 이루어진 것으로 판단된다.
청구인은 이 사건 처분에 불복하여 법정 기한 내에 심판을 청구하였고, 처분청은 이를 기각하여야 한다는 의견을 제출하였다.
살피건대, 과세 요건 사실에 관한 증명 책임은 과세관청에 있으나 추정되는 사실이 밝혀지면 이를 다투는 자가 반증하여야 한다.
따라서 청구인의 주장은 이유 없다고 판단되므로 국세기본법의 관련 규정에 따라 주문과 같이 결정한다.
조세 법률주의의 원칙상 법령은 특별한 사정이 없는 한 법문대로 해석하여야 하고 이유 없이 확장하거나 유추할 수 없다.
처분청이 제출한 조사 보고서와 청구인이 제출한 계약서 및 금융 거래 내역에 의하여 다음 사실이 확인된다.
이 결정에 이의가 있는 때에는 결정서를 받은 날부터 구십 일 이내에 행정 소송을 제기할 수 있다.
양측의 주장과 증거를 종합하면 쟁점은 처분청이 한 과세 처분이 정당한지 여부이다.
쟁점과 관련된 법령은 별지에 적은 바와 같다. 사실관계에 관하여 당사자 사이에 다툼이 없다.
"""


def _contract_lines(rng: random.Random) -> list[str]:
    company, other = rng.sample(_COMPANIES, 2)
    return [
        f"{company}(이하 갑)와 {other}(이하 을)의 계약서",
        f"계약 금액 금 {rng.randint(3, 990)},000,000원정, 계약 기간 {_date(rng)}부터 {_date(rng)}까지",
        f"갑 대표이사 {rng.choice(_PEOPLE)}, 을 대표이사 {rng.choice(_PEOPLE)}",
    ]


def _notice_lines(rng: random.Random) -> list[str]:
    return [
        f"{rng.choice(_PLACES)} 공고 제{rng.randint(2015, 2024)}-{rng.randint(1, 900)}호",
        f"접수 기간 {_date(rng)}부터 {_date(rng)} 18시까지, 모집 인원 {rng.randint(2, 80)}명",
        f"담당자 {rng.choice(_PEOPLE)}, 내선 {rng.randint(1000, 9999)}",
    ]


def _product_lines(rng: random.Random) -> list[str]:
    return [
        f"[{rng.choice(_COMPANIES)}] 모델 {rng.choice('ABKMSX')}{rng.randint(100, 9999)}, {rng.randint(9, 900)},900원",
        f"크기 {rng.randint(10, 200)} x {rng.randint(10, 200)} cm, 무게 {rng.randint(1, 40)}.{rng.randint(0, 9)} kg",
    ]


def _api_lines(rng: random.Random) -> list[str]:
    name = rng.choice(["orders", "payments", "members", "coupons", "refunds", "settlements", "messages", "stores"])
    method = rng.choice(["GET", "POST", "PUT", "DELETE"])
    return [f"# {method} /v{rng.randint(1, 4)}/{name}", f"limit={rng.randint(10, 500)} {name}_id={rng.randint(1000, 99999)}"]


def _ruling_lines(rng: random.Random) -> list[str]:
    return [
        f"조심 {rng.randint(2005, 2024)}{rng.choice('서부중전광')}{rng.randint(100, 6000)} ({_date(rng)})",
        f"처분청은 {_date(rng)} 청구인에게 {rng.choice(['양도소득세', '종합소득세', '증여세', '부가가치세'])} "
        f"{rng.randint(1, 900)},{rng.randint(100, 999)},{rng.randint(100, 999)}원을 결정·고지하였다.",
    ]


def _date(rng: random.Random) -> str:
    return f"{rng.randint(2010, 2024)}. {rng.randint(1, 12)}. {rng.randint(1, 28)}."


#: Frame and lines of its own, by kind of page.
TEMPLATES: dict[str, tuple[str, Callable[[random.Random], list[str]]]] = {
    "contract": (_CONTRACT, _contract_lines),
    "notice": (_NOTICE, _notice_lines),
    "product page": (_PRODUCT, _product_lines),
    "API reference": (_API, _api_lines),
    "ruling": (_RULING, _ruling_lines),
}


def template_pair(name: str, substance: tuple[str, str], rng: random.Random) -> tuple[str, str]:
    """Two pages of one template, each with sentences of its own ``substance``; 55 to 62 % of the letters are the frame's.

    The statements stand between the clauses, or together before the first of them.
    """
    pool, own_lines = TEMPLATES[name]
    clauses = pool.strip().split("\n")
    frame = [clauses[i] for i in sorted(rng.sample(range(len(clauses)), max(6, round(0.75 * len(clauses)))))]
    own_letters = round(sum(map(len, frame)) * (1 / rng.uniform(0.55, 0.62) - 1))
    together = rng.random() < 0.5
    pages = [_page(frame, own_lines(rng), text, own_letters, 1 if together else len(frame), rng) for text in substance]
    return pages[0], pages[1]


def _page(frame: list[str], lines: list[str], substance: str, num_letters: int, places: int, rng: random.Random) -> str:
    """The frame with the page's own lines at the top and its statements before some of the first ``places`` clauses."""
    statements = list(_statements(substance, num_letters - sum(map(len, lines))))
    before = sorted(rng.randrange(places) for _ in statements)
    page = list(lines)
    for index, clause in enumerate(frame):
        page += [statement for statement, place in zip(statements, before, strict=True) if place == index]
        page.append(clause)
    return "\n".join(page)


def _statements(text: str, num_letters: int) -> Iterator[str]:
    for sentence, _ in sentences(text):
        if num_letters <= 0:
            return
        if len(sentence.strip()) >= 10:
            yield sentence.strip()[:num_letters]
            num_letters -= len(sentence)
