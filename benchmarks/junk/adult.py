"""Spam for adult sites, escort and massage services, adult goods; advertising only, nothing explicit."""

from .disguise import disguise
from .draw import Draw, items
from .shapes import Pitch, page
from .vocabulary import AREAS, CITIES, NAMES, NOUNS

_TERMS = items(
    """출장 / 안마 / 마사지 / 야동 / 성인 / 조건만남 / 조건 / 오피 / 유흥 / 애인대행 / 섹시 / 업소 / 화끈 / 야한 / 19금 /
    룸싸롱 / 밤문화 / 노모 / 만남 / 콜걸 / 키스방 / 풀싸롱 / 섹파 / 몸캠 / 벗방 / 비아그라 / 자위 / 에스코트 / 아가씨"""
)
WORDS = {
    "service": items(
        """출장마사지 / 출장안마 / 홈타이 / 조건만남 / 오피 / 건마 / 휴게텔 / 안마방 / 풀싸롱 / 룸싸롱 / 키스방 / 애인대행 /
        출장샵 / 1인샵 / 스웨디시 / 립카페 / 콜걸 출장 / 유흥주점 / 하드코어 클럽 / 밤문화 가이드 / 섹파 만남 / 외국인 출장"""
    ),
    "media": items(
        """야동 / 성인 방송 / 벗방 / 야한 만화 / 성인 웹툰 / 노모 영상 / 직캠 19금 / 국산 야동 / 일본 AV / 몸캠 유출 영상 /
        BJ 노출 영상 / 성인 VOD / 무삭제 성인 영화 / 19금 소설 / 은꼴 사진 / 야짤 모음"""
    ),
    "goods": items(
        """비아그라 / 시알리스 / 여성 흥분제 / 성인용품 / 자위기구 / 조루 스프레이 / 남성 확대기 / 섹시 란제리 / 리얼돌 /
        러브젤 / 발기부전 치료제 / 정력제 / 칙칙이"""
    ),
    "girl": items(
        """20대 매니저 / 여대생 / 미시 / 연예인급 아가씨 / 모델급 관리사 / 외로운 유부녀 / 섹시한 언니 / 와꾸 좋은 매니저 /
        한국인 여성 / 백마 / 간호사 컨셉 아가씨 / 신입 관리사 / 글래머 미녀"""
    ),
    "praise": items(
        """화끈한 / 후불제 / 100% 실사 / 내상 없는 / 선입금 없는 / 24시간 영업 / 마인드 좋은 / 물 좋은 / 은밀한 / 최저가 /
        노콘 없는 안전한 / 와꾸 보장 / 야한 / 원나잇 가능한"""
    ),
    "site": items(
        """밤의여왕 / 핑크존 / 레드나라 / 야사랑 / 오빠넷 / 섹시타임 / 몽키나이트 / 밤길닷컴 / 열대야 / 야심한밤 /
        비너스티비 / 러브하우스 / 천국의계단 / 블러썸 / 달콤한밤 / 야나두비"""
    ),
    "course": items(
        """A코스 {n:60-90:10}분 {n:9-14}만원 / B코스 {n:90-120:10}분 {n:15-20}만원 / C코스 무제한 {n:25-50:5}만원 /
        긴밤 {n:40-70:5}만원 / 숏타임 {n:12-18}만원 / 커플 코스 {n:20-30}만원 / 스페셜 {n:100-120:10}분 {n:18-26}만원"""
    ),
    "place": (*CITIES, *AREAS),
    "name": NAMES,
    "noun": NOUNS,
    "contact": items(
        """텔레그램 sexy{n:1-999} / 라인 love{n:10-999} / 카톡 night{n:1-99} / 010-{n:2000-9999}-{n:1000-9999} /
        www.red{n:1-99}.tv / bam{n:10-99}.me / 060-{n:300-999}-{n:1000-9999}"""
    ),
}
_PITCH = Pitch(
    words=WORDS,
    headlines=items(
        """{place} {service} {praise} {site}
        {place} {service} {noun} {n:1-20}곳
        {praise} {service} {place} 전지역 출장
        {media} 무료 보기 {site}
        {media} 최신 주소 {site}
        {goods} 정품 최저가 판매
        {girl} 대기 중 {place} {service}
        [19금] {media} 실시간 업데이트
        {place} 밤문화 {service} 후기
        {site} 성인 인증 없이 {media} 감상
        {goods} {noun} 비밀 포장 배송
        오늘 밤 {place}에서 만날 {girl}"""
    ),
    sentences=items(
        """{place} 어디든 {n:20-40:5}분 안에 {girl:이} 찾아갑니다.
        {praise} {service:을} 찾으신다면 {site}로 연락 주세요.
        {girl} 항시 대기 중이며 초이스 가능합니다.
        {media:을} 회원 가입 없이 무제한으로 감상하세요.
        매일 {n:50-900:10}편씩 업데이트되는 {media} 전문 {site}입니다.
        혼자 외로운 밤에는 {girl:과} 뜨거운 시간 보내세요.
        {goods:은} 비밀 포장으로 당일 발송해 드려요.
        {goods} 한 알이면 밤새 만족시켜 줄 수 있습니다.
        선입금 요구하는 {service:은} 사기이니 후불제 {site:을} 이용하세요.
        {place} {service} 다녀온 후기인데 {girl} 마인드가 정말 좋았습니다.
        애인 같은 서비스와 화끈한 애무로 내상 없이 모십니다.
        주소가 막히면 트위터에서 {site:을} 검색해 새 주소로 들어오세요.
        조건은 만나서 바로 드리고 {course:이니} 부담 없이 톡 주세요.
        근처에서 즉석 만남 원하는 {girl:이} {n:12-98}명 접속 중이에요.
        성인 인증 없이 {media} 전부 무료로 풀었습니다.
        유부녀 채팅방 입장하면 바로 사진 교환하고 만남까지 이어집니다.
        수위 높은 {media:을} 고화질 노모자이크로 즐기세요.
        {course}, 추가 요금 없고 샤워 서비스 포함입니다.
        오빠 나 지금 {place} 모텔인데 심심해서 연락해요.
        모텔, 호텔, 오피스텔, 자택 어디든 {service} 가능합니다."""
    ),
    points=items(
        """{course}
        {girl} 대기
        {praise} {service}
        {place} 전지역 출장
        후불제 100%
        {media} 무료
        {goods} 1+1
        노출 수위 최상
        초이스 무제한
        {service} / {service}
        20세 이상만 입장
        실사 프로필 보기
        {media} {n:100-9000:100}편
        {place} {place} {place} {service}"""
    ),
    contacts=items(
        """예약 문의 {contact}
        {contact} 연락 주세요 오빠
        {site} 접속 {contact}
        상담 {contact} 24시
        {name} {contact}
        예약은 {contact} 문자만 받아요"""
    ),
    tags=items(
        """{place}{service} / {service} / {media} / {goods} / {site} / {place}유흥 / {service} {noun} / {media} {noun} /
        {place} 밤문화 / {place}{service} {noun}"""
    ),
)


def make(draw: Draw) -> str:
    return page(draw, _PITCH)


def disguised(draw: Draw) -> str:
    return disguise(draw, page(draw, _PITCH), _TERMS)
