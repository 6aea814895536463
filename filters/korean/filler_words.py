"""Words that filler is made of: formulas of courtesy, and what word-for-word translation leaves behind.

Enters nothing; leaves compiled patterns and the weights of the second kind. Korean drops a pronoun that the context gives,
has no articles and seldom a passive, so text that says 그것은, 당신의, 되어집니다 or 가지고 있다 in every sentence was carried
over word for word (Baker 1996 on translated language). Every one of them is good Korean in its place: they only count together.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

#: Begins of words with which firms and offices thank, greet, excuse themselves, wish well and take their leave.
_COURTESY = """
감사 고맙 고객 회원 여러분 손님 귀하 귀사 안녕하 반갑 환영 항상 늘 언제 저희 당사 이용 방문 찾아 찾으 찾는 아껴 아끼
사랑 성원 관심 믿음 신뢰 애정 호응 지지 격려 후원 부탁 바라 바랍 기원 기도 축복 축하 행복 즐거 기쁨 기쁘 웃음 좋은 따뜻
하루 한해 새해 명절 연휴 주말 오늘 내일 매일 날마다 되세요 되시 되십 되길 되기 되겠 보내세 보내시 보내십 건강 평안 번창
번영 축원 가득 가정 댁내 앞날 앞길 무궁 영광 행운 최선 다하 다해 다할 노력 애쓰 힘쓰 정성 진심 성심 성의 마음 깊이 깊은
깊게 대단히 무한 드리 드립 드려 드릴 올립 올리 전합 더욱 더 한층 보다 앞으로 이후 계속 지속 꾸준 변함 한결 끊임 아낌없
불편 양해 죄송 송구 사과 사죄 너그 널리 점 말씀 문의 언제든 연락 소중 귀한 귀중 귀 기울 시간 내어 내주 거듭 다시 한번 한
번 보답 은혜 모시 모십 뵙 찾아뵙 뵐 만나 함께 동반 성장 발전 발돋움 나아가 나가 거듭나 약속 만족 감동 기대 부응 품질
최고 최상 서비스 제공 향상 개선 가족 처럼 같은 같이 마다 하시 하겠 하는 있으 있기 있도록 있는 해 주 위해 위하여 주신
주시 주셔 주십 주실 의견 소리 지도 편달 조언 충고 임직원 직원 일동 회사 기업 홈페이지 누리집 사이트 협조 협력 많은 많이
모든 모두 여러 수 것을 것 이 저 그 또한 그리고 아울러 동안 부디 잘 감기 조심 유의 살피 보살 인사 여쭙 맞이 복 받으 삶
순간 빛나 희망 미소 어린
"""
#: Without one of these a sentence is no formula, whatever its words.
_FORMULA = """
감사합 감사드 감사하 감사의 감사한 고맙습 고마움 부탁드 부탁합 바랍니다 바라겠 바라며 바랄게 기원합 기원드 기원하 기도하
축하드 축하합 되겠습 드리겠 다하겠 다하는 다할 노력하 힘쓰 애쓰 정성을 모시 보답 안녕하 안녕히 반갑습 죄송 송구 사과
사과드 양해 환영합 환영드 되세요 되시 되십시오 보내세 보내시 보내십 약속드 약속합 기울이 행복하 건강하 사랑해 아껴 뵙겠
뵙도록 찾아뵙 받으세요 받으십 거듭나 나아가겠 나가겠 하겠습니다 겠습니다 일동 전합니다 올립니다 드립니다 여러분
"""


class Calque(NamedTuple):
    """``weight`` for each place where ``pattern`` is found; ``name`` says what it is."""

    name: str
    weight: float
    pattern: re.Pattern[str]


_PARTICLE = "(?:은|는|이|가|을|를|의|에|에게|에게서|로|으로|와|과|도|만|에서|보다|처럼|로부터)?"
_CALQUES = (
    ("당신", 2.0, rf"(?<![가-힣])(?:당신|당신들|귀하){_PARTICLE}(?![가-힣])"),
    ("그것", 1.5, rf"(?<![가-힣])(?:그것|그것들|저것|그들|그녀|그녀들|그들 자신){_PARTICLE}(?![가-힣])"),
    ("이것", 0.7, r"(?<![가-힣])(?:이것|이것들|이들|그|우리)(?:은|는|이|을|를|의|에게)(?![가-힣])"),
    ("만약", 0.7, r"(?<![가-힣])(?:만약|만일|왜냐하면|비록|심지어|그러므로|더욱이|게다가)(?![가-힣])"),
    ("것입니다", 0.5, r"것(?:입니다|이다|이었습니다|이었다|일 것입니다)"),
    ("하는 것은", 0.8, r"[는은을할일] 것[은이](?![가-힣])[^.\n]{0,30}?(?:합니다|입니다|하다|이다|있습니다|됩니다)\."),
    ("되어지다", 2.0, r"(?:되어|보여|불려|쓰여|나뉘어|여겨|잊혀|열려|닫혀|믿어|느껴)(?:집니|지는|졌|진|질|지며|지고|져)"),
    ("에 의해", 0.8, r"에 의(?:해|하여|해서)(?![가-힣])"),
    ("가지고 있다", 1.2, r"(?:가지고 있|가집니다|가졌습니다|갖고 있습)"),
    ("필요로 하다", 1.2, r"(?:필요로 하|필요로 합|하여금|에 있어서|함에 있어|에도 불구하고)"),
    ("중 하나", 0.8, r"중 하나(?:입|이|로|는|가)"),
    ("들", 0.4, r"(?:많은|모든|여러|다양한|몇몇|수많은|두|세) [가-힣]+들"),
    ("의 의", 0.8, r"[가-힣]의 [가-힣]+의 [가-힣]"),
    ("에 대한", 0.3, r"에 대한|을 위한|를 위한|을 통해|를 통해|로부터"),
    ("수 있습니다", 0.3, r"수 있(?:습니다|을 것입니다|게 (?:합|됩|해))"),
    ("훌륭한", 0.5, r"(?<![가-힣])(?:훌륭한|놀라운|완벽한|환상적인|엄청난|위대한|멋진|궁극적인|믿을 수 없는)(?![가-힣])"),
    ("매우", 0.4, r"(?<![가-힣])(?:매우|정말로|가장|더 많은|더 나은|더 좋은) "),
)


#: Runs that begin, or are, as such marks do: a quick look before they are counted.
_BEGINNINGS = """
당신 그것 그들 그녀 이것 저것 것입니다 것이다 것은 가지고 가집니다 되어집 되어지 여겨집 보여집 만약 왜냐하면
필요로 훌륭한 놀라운 완벽한 매우
"""
_WHOLE = "그의 그를 그에게 의해 의하여 중요합니다 우리는 우리의"


def translators_words() -> tuple[Sequence[str], Sequence[str]]:
    """What runs begin with, and what whole runs are, where translators' marks may stand."""
    return _BEGINNINGS.split(), _WHOLE.split()


def courtesy_words() -> list[str]:
    """Begins of words of courtesy."""
    return sorted(set(_COURTESY.split()))


@cache
def courtesy() -> re.Pattern[str]:
    """Matches at the begin of a word of courtesy."""
    return re.compile("|".join(sorted(set(_COURTESY.split()), key=lambda word: (-len(word), word))))


@cache
def formula() -> re.Pattern[str]:
    """Finds the words that make a sentence a formula of courtesy."""
    return re.compile("|".join(sorted(set(_FORMULA.split()), key=lambda word: (-len(word), word))))


@cache
def calques() -> tuple[Calque, ...]:
    """Marks of word-for-word translation."""
    return tuple(Calque(name, weight, re.compile(pattern)) for name, weight, pattern in _CALQUES)
