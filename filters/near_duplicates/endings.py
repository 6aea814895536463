"""Korean particles, endings and derivational suffixes: what stands after the stem of a word.

Enters: nothing. Leaves: :class:`Suffix` rows for the matcher of :mod:`filters.near_duplicates.suffixes`. Forms and the sounds
that they ask for are those of the Korean standard grammar (Standard Korean Language Dictionary of the National Institute of
Korean Language). A stem need not be the dictionary's, only the same for all forms of a word and another for other words: what
is ambiguous is settled one way for every form.

In the tables a jamo at the beginning (ㄴ다, ㅂ니다) is the final consonant of the syllable before, which loses it; what stands
before a plus sign stays (하+여).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class After(IntEnum):
    """What has to stand before a suffix."""

    ANY = 0
    VOWEL = 1
    CONSONANT = 2
    VOWEL_OR_RIEUL = 3
    #: A syllable that stems of verbs and adjectives end in.
    VERB = 4
    VOWEL_OR_VERB = 5
    #: One that ends in a melted 어 or 아: 해, 봐, 켜.
    MELTED = 6
    #: None that 보다 makes a verb with: 바라보다.
    NOT_LINKING = 7


class Layer(IntEnum):
    """What may be taken off a word next, from its end."""

    #: Particles and endings.
    WORD = 0
    #: What stands between the stem and an ending: tense, respect.
    VERB = 1
    #: What makes verbs of nouns, when the last syllable has been folded.
    STEM = 2


@dataclass(frozen=True)
class Suffix:
    """``form`` is found at the end and its last ``cut`` syllables go, if ``rest`` syllables or more stay."""

    form: str
    layer: Layer
    then: Layer
    after: After
    rest: int
    cut: int
    #: Only where ``form`` is the whole word.
    whole: bool = False


#: By what stands before and how many syllables stay at least.
_PARTICLES = {
    (After.VOWEL_OR_VERB, 1): "는",
    (After.VOWEL, 1): "를 가 와 랑 란 라는 라도 라고 라면 든지",
    (After.CONSONANT, 1): "은 을 이 과 이랑 이란 이라는 이라도 이라고 이라면 이든지 이나 으로 으론 으로서 으로써",
    (After.VOWEL_OR_RIEUL, 1): "로 로서 로써",
    (After.ANY, 1): (
        "에 엔 에서 에선 에게 에겐 에게서 한테 께서 까지 까진 부터 부턴 처럼 마다 "
        "조차 마저 밖에 뿐 도 만 의 만큼 으로부터 로부터"
    ),
    (After.NOT_LINKING, 1): "보다",
    (After.ANY, 2): "대로 같이 커녕 이나 이란 이라도 이라면 이든 이라는 이라고 하고 께",
}
#: By what stands before: endings of verbs and adjectives and of 이다.
_ENDINGS = {
    (After.ANY, 1): (
        "습니다 습니까 ㅂ니다 ㅂ니까 ㅂ시다 십시오 십시요 시오 으십시오 세요 으세요 셔요 는다 ㄴ다 는데 ㄴ데 은데 던데 "
        "지만 면서 으면서 더라도 도록 거나 므로 으므로 려고 으려고 려면 으려면 자마자 니까 으니까 ㄹ수록 을수록 ㄹ지 을지 "
        "는지 은지 ㄴ지 을까 ㄹ까 구나 군요 지요 죠 거든 더라 으면 으며 으니 으나 는가 은가 ㄴ가 ㄹ게 을게 ㄹ래 으려 으러 "
        "듯이 는구나 ㄴ다면 는다면 라며 려는 으려는 어라 아라 거니와 는다고 ㄴ다고 는다는 ㄴ다는 느냐 "
        "냐고 으라고 으라는 하+여 하+여서 하+여도 하+여야 하+였다 하+면 하+며 하+고 하+지 하+게 하+기 하+나 하+자 하+니 하+러 "
        "하+라"
    ),
    (After.VERB, 1): (
        "어서 아서 어야 아야 어도 아도 고 지 게 면 며 니 나 다 다며 다고 다는 다면 네 어 아 기 던 음 자 다가 든 듯 냐 거라"
    ),
    (After.MELTED, 1): "서 도 야",
    (After.ANY, 2): "다",
}
#: Of these what stems end in too: it always goes (사라지다, 나타나다), for 사라지는 may have an ending before 는.
_IN_STEMS = "지 기 나 니"
#: What may follow an ending.
_POLITE = "요"
#: 이다 after a noun, and the plural.
_COPULA = {
    (After.CONSONANT, 1): "입니다 입니까 이에요 이어요",
    (After.ANY, 1): "예요 인데 인가 일까 인지 일지 이며 이므로 들",
    (After.ANY, 2): "입니다 입니까 이에요 이어요 이다 이었다 였다 이고 이지만 라서 이라서 이죠 이지요",
}
_PREFINALS = "었 았 겠 ㅆ 으시 시 더 하+였 하+시"
#: By how many syllables stay at least, of folded words.
_DERIVATIONS = {1: "하 되 시키 어지 아지 어하 아하 스르 스러우 로우 우지 당하 적", 2: "이"}
#: 우 goes only where it is the ㅂ of 어렵다, 가깝다; not in 배우다.
_IRREGULAR = (
    "려+우 리+우 다+우 까+우 로+우 러+우 쉬+우 거+우 그+우 벼+우 비+우 가+우 마+우 여+우 이+우 꺼+우 끄+우 두+우 추+우 "
    "더+우 드+우 미+우 매+우 누+우 지+우"
)

#: Nouns, adverbs and stems that end as if in a suffix, and are whole words.
_WORDS = (
    "추가 허가 휴가 대가 여가 시가 주가 고가 저가 누가 회의 정의 주의 동의 논의 합의 유의 문의 협의 거의 강의 결의 심의 "
    "의의 명의 모의 제도 정도 속도 지도 의도 시도 온도 태도 연도 년도 강도 농도 각도 한도 용도 별도 보도 인도 유도 빈도 "
    "경도 위도 습도 궤도 철도 수도 파도 기도 포도 복도 불만 미만 다만 대만 비만 도로 서로 바로 별로 새로 따로 대로 제로 "
    "주로 회로 피로 가로 세로 결과 학과 통과 경과 성과 불과 필요 중요 수요 주요 개요 소요 강요 보고 사고 가지 사자 사기 "
    "주기 대기 자기 가게 차고 기자 지면 타자 마을 가을 제한 권한 기한 북한 남한 유한 무한 또한 조합 결합 통합 종합 혼합 "
    "적합 집합 연합 융합 화합 역할 분할 관할 포함 결함 이해 피해 방해 손해 오해 올해 화해 견해 분해 침해 상해 지하 이하 "
    "산하 부하 귀하 저하 인하 투하 크기 쓰기 보기 시기 기기 세기 열기 말기 감기 인기 서기 참고 재고 최고 신고 입고 비고 "
    "지지 기지 대지 오지 배지 내지 이자 비자 피자 내면 이면 해지 지나 지니 빠지 이기 남기 넘기 숨기 맡기 끝나 경우 매우 "
    "배우 새우 만들 힘들 흔들 받들 있 없"
)

#: Syllables that native stems of verbs and adjectives end in, besides those with a final consonant of :data:`VERB_FINALS`.
VERB_SYLLABLES = (
    "하되시이리히기우추구누꾸두주보가오나지치키내매대개깨새세메베떼르크쓰끄뜨트프쁘스서들늘줄열살알길멀풀걸물돌팔불날달밀빌울놀얼굴갈말벌널틀찌피비띄뛰쉬쥐튀뀌"
    "먹작적막녹받믿얻닫걷묻듣싣쏟뜯신안넘남담감참숨심품검젊닮삼뽑잡입접씹업좁굽눕돕쉽렵롭럽답겁갑깝볍맙덥춥맵밉집웃씻벗솟빗짓긋잇낫붓앗켜펴켰겠사타차따싸짜까빼재"
    "끼섭죽라엽루끌찍러랍쩔돋니쩌립굳쏘둡자으레애래겹슬꼽티박깍도빨졸너익몰떨썩뺏뻗채뵈칠깔그곧휘뉘귀허헤쪼줍캐컫듬암덜딛젓디쫓외태짤습꼬뿌쬐껍툴묵쏠"
)
#: Final consonants that few nouns have.
VERB_FINALS = "ㄲㄵㄶㄺㄻㄼㄾㄿㅀㅄㅆㅈㅌㅍㅎ"
#: Stems with 어 or 아 in their last syllable.
MELTED_SYLLABLES = "가나사자차타파따싸짜까서켜펴와봐줘둬눠꿔춰워쿼해돼내매대깨재새배빼채려여져쳐혀겨셔써커꺼떠터퍼라러어아껴녀"
#: Those that 보다 may make a verb with.
LINKING_SYLLABLES = "라아어다려펴여해켜꿔러와"


def _rows(forms: str, *, layer: Layer, then: Layer, after: After = After.ANY, rest: int = 1) -> Iterator[Suffix]:
    for form in forms.split():
        stays, _, goes = form.rpartition("+")
        syllables = goes[1:] if goes[0] in "ㄴㄹㅂㅆ" else goes
        yield Suffix(stays + goes, layer, then, after, rest, len(syllables))


def suffixes() -> list[Suffix]:
    """All of them; of two with one form in one layer the first that fits counts."""
    rows = [Suffix(word, layer, layer, After.ANY, 0, 0, whole=True) for word in _WORDS.split() for layer in Layer]
    for (after, rest), forms in (*_PARTICLES.items(), *_COPULA.items()):
        rows += _rows(forms, layer=Layer.WORD, then=Layer.WORD, after=after, rest=rest)
    rows += _rows(_POLITE, layer=Layer.WORD, then=Layer.WORD)
    for (after, rest), forms in _ENDINGS.items():
        rows += _rows(forms, layer=Layer.WORD, then=Layer.VERB, after=after, rest=rest)
    rows += _rows(_IN_STEMS, layer=Layer.STEM, then=Layer.STEM, after=After.VERB, rest=2)
    rows += _rows("지", layer=Layer.STEM, then=Layer.STEM, after=After.MELTED, rest=2)
    rows += _rows(_PREFINALS, layer=Layer.VERB, then=Layer.VERB)
    for rest, forms in _DERIVATIONS.items():
        rows += _rows(forms, layer=Layer.STEM, then=Layer.WORD, rest=rest)
    rows += _rows(_IRREGULAR, layer=Layer.STEM, then=Layer.STEM)
    return rows
