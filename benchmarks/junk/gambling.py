"""Spam for online gambling: casinos, sports betting, slots, private toto, power ball, poker; with codes and bonuses."""

from .disguise import disguise
from .draw import Draw, items
from .shapes import Pitch, page
from .vocabulary import NOUNS

_TERMS = items(
    """카지노 / 바카라 / 토토 / 슬롯 / 먹튀 / 배팅 / 베팅 / 충전 / 환전 / 홀덤 / 파워볼 / 사다리 / 룰렛 / 블랙잭 / 놀이터 /
    꽁머니 / 롤링 / 입플 / 가입코드 / 총판 / 보증업체 / 포커 / 맞고 / 경마 / 잭팟 / 배당 / 픽스터 / 첫충 / 매충 / 페이백 /
    프로토 / 스포츠 / 슬롯머신 / 실시간 / 라이브"""
)
WORDS = {
    "game": items(
        """카지노 / 바카라 / 온라인 슬롯 / 슬롯머신 / 라이브 바카라 / 룰렛 / 블랙잭 / 텍사스 홀덤 / 파워볼 / 사다리 게임 /
        달팽이 레이싱 / 드래곤 타이거 / 식보 / 경마 배팅 / 스포츠 토토 / 사설토토 / 해외 배당 배팅 / 실시간 경마 /
        로얄 바카라 / 스피드 바카라 / 미니게임 / 인플레이 배팅 / 네임드 사다리 / 키노 / 온라인 포커 / 맞고 / 축구 승무패 /
        빠칭코 / 잭팟 슬롯 / 라이브 카지노"""
    ),
    "kind": items(
        """놀이터 / 메이저 사이트 / 보증업체 / 토토사이트 / 카지노사이트 / 슬롯사이트 / 홀덤펍 앱 / 안전공원 / 먹튀검증 업체 /
        배팅장 / 사설 사이트 / 에볼루션 정품 총판 / 파워볼 사이트 / 바카라사이트"""
    ),
    "site": items(
        """벳골드 / 로얄킹 / 윈플러스 / 더킹벳 / 스타존 / 황금벳 / 에이스룸 / 럭키세븐 / 블랙윈 / 제우스벳 / 오로라벳 /
        마카오킹 / 드림벳 / 타이탄존 / 크라운88 / 베가스원 / 원탑벳 / 빅윈 / 레드불벳 / 다이아룸 / 썬라이즈벳 / 올인파크 /
        비바벳 / 피닉스777"""
    ),
    "code": items(
        """win{n:10-999} / king{n:77-888} / vip{n:100-9999} / ACE{n:11-99} / gold{n:1-99} / 8{n:100-999} / bet{n:1000-9999} /
        lucky{n:1-77} / zz{n:11-99} / money{n:1-99}"""
    ),
    "bonus": items(
        """첫충 {n:10-40:5}% / 매충 {n:5-20:5}% / 꽁머니 {n:1-5}만원 / 무료 쿠폰 {n:3-50}장 / 페이백 {n:5-20}% /
        콤프 {n:1-2}% / 신규 가입 {n:3-10}만 포인트 / 롤링 {n:100-300:50}% / 입플 {n:5-20}+{n:3-9} / 낙첨금 {n:3-10}% /
        출석 이벤트 {n:1-3}만원 / 지인추천 {n:3-10}% / 돌발 {n:10-30:5}%"""
    ),
    "praise": items(
        """먹튀 없는 / 10년 무사고 / 업계 1위 / 본사 직영 / 국내 최대 / 제재 없는 / 자본력 탄탄한 / 해외 라이선스 보유 /
        검증 완료된 / 졸업 없는 / 보증금 {n:1-9}억 예치한 / 가장 핫한"""
    ),
    "speed": items(
        """환전 {n:1-9}분 / 5분 이내 입출금 / 환전 제한 없음 / 1원 환전 / 무한 환전 / 24시간 자동 충환전 /
        계좌 이체 즉시 충전 / 코인 입금 가능"""
    ),
    "league": items(
        """프리미어리그 / 라리가 / 세리에A / K리그 / 메이저리그 / NPB / NBA / KBL / V리그 / 롤챔스 / 챔피언스리그 / 분데스리가
"""
    ),
    "winner": items(
        """어제 {n:300-900}만원 당첨 / 오늘 {n:12-98}연승 인증 / 5만원으로 {n:120-870}만원 / 잭팟 {n:1-9}억 터짐 /
        3폴더 적중 {n:12-30}배 / 그림장 그대로 {n:5-15}연속 적중"""
    ),
    "messenger": items("텔레그램 / 카톡 / 텔레 / 라인 / 오픈채팅 / 텔 / 카카오톡 채널"),
    "host": items(
        """www.{code}.com / {code}-{code}.net / {code}.vip / {code}.bet / {code}kr.io / 주소창에 {site} 검색 / {code}.xyz
"""
    ),
    "noun": NOUNS,
}
_PITCH = Pitch(
    words=WORDS,
    headlines=items(
        """{praise} {kind} {site}
        {site} {game} 가입코드 {code}
        2025년 {kind} 추천 순위 TOP {n:3-20}
        {game} {kind} {bonus} 지급
        {game} 필승 공략과 {kind} 추천
        [{site}] 신규 회원 {bonus}
        {kind} {noun} 총정리
        {league} {n:1-12}월 {n:1-28}일 분석 픽 공유
        {winner} 실시간 후기
        {site} 공식 도메인 안내
        {game} 하는 법과 {game} 룰 정리
        먹튀검증 통과 {kind} 목록
        {speed} 되는 {kind}만 모았습니다
        믿고 노는 {site}, {bonus} 이벤트"""
    ),
    sentences=items(
        """{praise} {kind} {site}에서 {game:을} 즐겨 보세요.
        지금 가입하시면 {bonus} 바로 지급해 드립니다.
        {site:은} {speed}, {bonus} 혜택까지 드리는 {kind}입니다.
        저도 처음엔 반신반의했는데 {site}에서 {winner} 했습니다.
        {game} 초보도 {messenger} 픽방 들어오면 하루 {n:20-90}만원은 그냥 법니다.
        {league} 경기 배당 높게 나왔으니 오늘은 {n:2-5}폴더로 가시죠.
        먹튀 걱정 없이 {game} 하실 분은 가입코드 {code} 입력하고 들어오세요.
        {kind:을} 고를 때는 보증금과 환전 속도를 꼭 확인해야 합니다.
        {game:은} 뱅커와 플레이어 중 어디에 거느냐가 전부라서 그림만 보면 누구나 이길 수 있어요.
        최대 배팅 {n:100-3000:100}만원, 상한가 {n:1-9}억까지 제재 없이 이용 가능합니다.
        총판 모집 중이며 수익의 {n:20-50:5}%를 매일 정산합니다.
        {bonus}, {bonus}, {bonus} 중복 지급됩니다.
        단속 걱정 없는 해외 서버라 안전하게 베팅하실 수 있습니다.
        도메인이 막히면 {messenger} 채널에서 새 주소 확인하세요.
        오늘도 {site} 회원님 {winner} 축하드립니다.
        {game}, {game}, {game}까지 한 아이디로 모두 가능해요.
        형님들 {site} 들어와서 첫 충전 하시면 제가 {bonus} 챙겨 드려요.
        이기면 환전 지면 {bonus:으로} 복구, 손해 볼 게 없는 {kind}입니다.
        {n:3-12}년째 운영 중인 {kind:이라} 충전과 환전에서 사고 난 적이 한 번도 없습니다.
        오늘 밤 {game} 테이블에서 대박 나실 분만 들어오세요.
        졸업 없이 큰손 회원님도 환영하는 곳은 {site}뿐입니다.
        {game} 유출픽 {n:80-98}% 적중, 무료로 {n:1-3}회 보내 드립니다."""
    ),
    points=items(
        """{bonus}
        {speed}
        {game} / {game} / {game}
        가입코드: {code}
        {praise} {kind}
        단폴 두폴 무제재
        최대 당첨금 {n:1-9}억
        신규 {bonus} + {bonus}
        {league} 라이브 배팅
        크로스 배팅 허용
        24시간 고객센터 운영
        {winner}
        매일 첫 충전 {n:10-30:5}%
        VIP 전용 {game} 룸 입장
        계좌 노출 없는 {game}
        당일 가입 당일 {bonus}"""
    ),
    contacts=items(
        """{messenger} : {code}
        가입코드 [{code}] {host}
        {messenger} 문의 {code} (24시간)
        접속 주소 {host} 코드 {code}
        {site} 바로가기 {host}
        상담 {messenger} ID {code} 추천인 {code}
        {host} 추천인 {code} 필수 입력"""
    ),
    tags=items(
        """{kind}
        {game}
        {game} {kind}
        {site}
        {site} {noun}
        {game} {noun}
        {kind} 추천
        {site} 가입코드
        {game} 배팅법
        {league} 분석"""
    ),
)


def make(draw: Draw) -> str:
    return page(draw, _PITCH)


def disguised(draw: Draw) -> str:
    return disguise(draw, page(draw, _PITCH), _TERMS)
