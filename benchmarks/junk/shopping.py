"""Shop pages and product lists: names with options, prices, discounts, counts of reviews, buttons, delivery terms."""

from .draw import Draw, items
from .vocabulary import CITIES, GOODS, SITES

_WORDS = {
    "goods": GOODS,
    "site": SITES,
    "city": CITIES,
    "brand": items(
        """나린 / 코지홈 / 데일리룩 / 베이직랩 / 소프트앤 / 라운드몰 / 어반핏 / 메이데이 / 노르딕 / 휴식 / 온더고 / 리틀베어 /
        그린티크 / 오후 / 파인우드 / 하루결 / 솔리드 / 모노톤"""
    ),
    "style": items(
        """남녀공용 / 여성용 / 아동용 / 대용량 / 초경량 / 프리미엄 / 국산 / 신상 / 고급형 / 휴대용 / 빅사이즈 / 세일 /
        기획 세트 / 1+1 / 리퍼 / 정품 / 특가 / 선물용 / 사계절 / 방수"""
    ),
    "colour": items("블랙 / 화이트 / 네이비 / 베이지 / 그레이 / 카키 / 핑크 / 아이보리 / 와인 / 민트 / 브라운 / 차콜"),
    "size": items(
        """S / M / L / XL / FREE / 2XL / {n:220-290:5}mm / {n:1-5}kg / {n:100-900:50}ml / {n:2-30}개입 / {n:60-180:10}cm /
        {n:10-90:10}매"""
    ),
    "price": items(
        """{n:3-98},{n:100-900:100}원 / ₩{n:10-399},000 / {n:1-9},900원 / {n:12-89}만 {n:1-9}천원 / {n:100-899},000원 /
        {n:10-99},{n:10-99}0원"""
    ),
    "off": items(
        """{n:5-80}% / {n:10-70:5}%할인 / 최대 {n:20-70:10}% 쿠폰 / {n:1000-9000:1000}원 즉시할인 / 카드 {n:3-10}% 추가할인
"""
    ),
    "ship": items(
        """무료배송 / 오늘출발 / 로켓발송 / 배송비 {n:2000-5000:500}원 / 새벽도착 / 내일(화) 도착 보장 / 해외직배송 / 착불 /
        당일발송 / {n:3-9}만원 이상 무료배송"""
    ),
    "star": items(
        """★{n:3-4}.{n:1-9} / 별점 {n:3-4}.{n:1-9}({n:10-9000}) / 리뷰 {n:3-9800} / 구매 {n:10-9900} / 상품평 {n:1-999}건 /
        찜 {n:10-5000} / 평점 {n:80-99}점"""
    ),
    "button": items(
        """장바구니 / 바로구매 / 찜하기 / 관심상품 / 옵션선택 / 구매하기 / 톡톡문의 / 쿠폰받기 / 공유하기 / 상품Q&A /
        재입고 알림 / 선물하기 / 품절 / 상세보기 / 비교하기"""
    ),
    "section": items(
        """베스트 상품 / 신상품 / 오늘의 특가 / 기획전 / 함께 본 상품 / MD 추천 / 타임세일 / 브랜드관 / 최근 본 상품 /
        이 상품과 비슷한 상품 / 관련 상품 / 카테고리 인기 상품"""
    ),
    "sort": items("낮은가격순 / 높은가격순 / 판매량순 / 상품평 많은순 / 최신등록순 / 인기도순 / 할인율순"),
}
_ROWS = items(
    """[{brand}] {style} {goods} {colour} {size}
    {goods} {size} {price}
    {price} {off} {ship}
    {brand} {goods} {style} / {price} / {star}
    판매가 {price} 할인가 {price}
    {off} {price}
    {star} {ship}
    옵션: {colour} / {colour} / {colour} ({size})
    {style} {goods} {goods} {brand}
    적립금 {n:1-9}% {ship}
    {goods} {colour} {size} (+{n:1-9},000원)
    {brand} {goods} 모음 {price}~"""
)
_DETAIL = items(
    """상품번호 {n:1000000-9999999}
    제조사 {brand} / 원산지 대한민국
    원산지 중국 OEM
    소재 면 {n:50-90:5}%, 폴리에스터 {n:5-40:5}%
    색상 {colour}, {colour}, {colour}
    사이즈 {size}
    배송방법 택배 ({ship})
    소비자가 {price}
    판매가 {price}
    회원 할인가 {price}
    카드 무이자 {n:2-6}개월
    결제혜택 {off}
    교환/반품 배송비 {n:2500-6000:500}원
    출고지 {city}
    재고 {n:1-99}개
    품질보증기준 관련 법 및 소비자분쟁해결 규정에 따름
    A/S 책임자 {site} 1{n:500-899}-{n:1000-9999}"""
)
_SALES = items(
    """오늘만 이 가격! {brand} {goods} {off}
    {goods} 찾으시는 분 주목, {ship}에 {off}까지
    한정수량 {n:50-500:50}개 {price}
    {style} {goods} 품절 임박
    사은품 {goods} 증정
    첫 구매 고객 {off}
    리뷰 작성 시 적립금 {n:500-5000:500}원
    {goods} {goods} {goods} 전 품목 {off}"""
)


def make(draw: Draw) -> str:
    return draw.random.choice([_catalogue, _catalogue, _product, _sale, _mobile, _order])(draw)


def _catalogue(draw: Draw) -> str:
    parts = [draw.fill("{site} > {section}", _WORDS), draw.fill("{sort} | {sort} | {sort}", _WORDS)]
    form = draw.several(_ROWS, 2, 4)
    for number in range(draw.whole(8, 40)):
        if draw.chance(0.1):
            parts.append(draw.fill("{section}", _WORDS))
        parts += [draw.fill(row, _WORDS) for row in form]
        if draw.chance(0.5):
            parts.append(draw.fill("{button} {button}", _WORDS))
        if len(parts) > 90 or number > 30:
            break
    return "\n".join(parts)


def _product(draw: Draw) -> str:
    parts = [draw.fill("[{brand}] {style} {goods} {size}", _WORDS), *draw.lines(_DETAIL, _WORDS, 8, 14)]
    parts += draw.lines(_SALES, _WORDS, 1, 4)
    parts += [draw.fill("{button}", _WORDS) for _ in range(draw.whole(3, 6))]
    parts += [draw.fill("{section}", _WORDS), *draw.lines(_ROWS, _WORDS, 5, 20)]
    return "\n".join(parts)


def _sale(draw: Draw) -> str:
    mark = draw.random.choice("★♥■▶◆※")
    parts = [f"{mark} {line}" for line in draw.lines(_SALES, _WORDS, 5, 10)]
    parts += draw.lines(_ROWS, _WORDS, 6, 20)
    return "\n".join(parts)


def _mobile(draw: Draw) -> str:
    """Everything in one line, as text extractors leave it."""
    parts = [draw.fill("{section}", _WORDS)]
    for _ in range(draw.whole(8, 30)):
        parts.append(draw.fill("{brand} {goods} {colour} {size} {price} {off} {star} {ship}", _WORDS))
        if draw.chance(0.4):
            parts.append(draw.fill("{button}", _WORDS))
    return " ".join(parts)


def _order(draw: Draw) -> str:
    """Orders, baskets, price comparisons as tables."""
    parts = ["번호 | 상품명 | 옵션 | 수량 | 가격 | 배송"]
    for number in range(1, draw.whole(10, 35)):
        parts.append(
            draw.fill(f"{number} | {{brand}} {{goods}} | {{colour}}/{{size}} | {{n:1-9}} | {{price}} | {{ship}}", _WORDS)
        )
    return "\n".join([*parts, draw.fill("합계 {price} 쿠폰 -{price} {button}", _WORDS)])
