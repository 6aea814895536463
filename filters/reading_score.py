"""How usual the text is that an encoding makes of some bytes: the score by which ``filters.decode`` chooses.

A text and the codec that gave it enter; a mean weight leaves, near 1 for characters that writers of the codec's language
use all the time, below 0 for characters that only a wrong reading gives. The tables of frequent characters are counts over
Korean, Japanese and Chinese manuals, reviews and law.
"""

import re
from collections import Counter
from functools import cache

#: Characters outside ASCII that are scored.
_SAMPLE_CHARACTERS = 4000

#: The most frequent Hangul syllables: 95 % of running text.
_FREQUENT_HANGUL = (
    "다이는하에니의을로지가를한기수서사제시정은고있자용어리인스도일대부상세명합해그으습여과면할트입나보아요조"
    "구소전동법주적경만드라장문우비설파모개위들원행터분성치것되연게공관화호거계예유데회음포선무택금프당러단오"
    "신재업안미작내액와실결않된필발산함중간야영타생체득식표없직른령배때저변반국항마등버방키더래크통목각려본록"
    "같처임출션속추능또컴력형청따바확및양번메점환디까현운건값됩말판매취증진레감외든준코두년후토권교근급별역특"
    "템참며름십차종학언약너패받히집커접최열노불르태줄규율램었복월넌누심료존초물새클달절총네류창련알색했질답편"
    "좋될평립워순활글테많브티링응률람페플검례완옵런움웨채축델루엇읽느므텍널못떤육투찾익책볼카천피렉범쓰칙째잘"
    "향납징민렇객퓨송백격퍼허렌쪽날떻듈암팅담휴림좌락술뉴릭져손효블강충독맞억애린콘헌릴앞님뜻막협김았올먼끝살"
)
#: Frequent Japanese kanji.
_FREQUENT_KANJI = (
    "定選択用数表画示使合入設変場方値行像動式作文目指関書上色力名更囲成形線字内要範見前一能出付置図項最列開分"
    "現挿新的下明記加効在大対語存度号連位中必適可間例時法印返次自保部集実描換性除算理利化同点日単計全追後以移"
    "切機参編照番引索直小複別呼有果他説削注右通容意正言段報面素取構準込起接外左初押回情標覧子元体刷無向種含義"
    "解検操当類結特続期本枠確落基常替順配限認手規拡割調制転角読始終生透応不高状処先各整側率白属境多矢録背送際"
    "再何空管詳条証年発異所様重問幅非域既並細縮提象版区端長景個件平者張得塗決戻御持領完概曲揃了組反供相布第消"
)
#: Frequent simplified Chinese characters.
_FREQUENT_HANZI = (
    "的中选文用数在字可以格表一式对个件择入图示要定或单有为将标您如置点框使是档于动本果符时行和据到列项不击打"
    "显值此下设开页段上后作命工分元指输语插例令前象位所键当区关其面相编序自条会名包并目新按题能程接具与法应向"
    "这号请方内间回样导话线加计出改域该引函制算建义换参返了保过更安辑大形多期类然问主系合组小第装同栏从模些修"
    "统性之器存来复通则日含度称除进边容查色版型变也需录库转访右创被注成部结软他码印重口最片公量菜移它确控窗体"
    "信发视者放只子属认节正删息记理意像整提现索添已落无灯启钮幻网卡默地找户直机持任效链而始取代言种支源头常及"
    "词调何助颜功空状别脚绘误左错签齐基比鼠排全配预布两拖化连光盘次运处写每看览某括由务必明操块平准闭外载备年"
    "串箭还板级缩电替围消且就但供达管仅特好宏都范切们等么架完生须高许否执隔隐快距筛没根密帮藏手双集因得素偏月"
)

_FREQUENT = {"cp949": _FREQUENT_HANGUL, "cp932": _FREQUENT_KANJI, "euc_jp": _FREQUENT_KANJI, "gb18030": _FREQUENT_HANZI}
_ACCENTED = frozenset("äöüßÄÖÜéèêëàâçîïôùûœæÉÈÊÀÂÇÎÔŒñÑíóáúÍÓÁÚåÅøØãõìòý")
_LONE_LATIN_MARKS = frozenset("¶±²³½¼×÷µ")
_LATIN_MARKS = frozenset("“”‘’„‚–—…«»·°©®§€£\xa0´¿¡•™‹›½")
_KOREAN_MARKS = frozenset("·“”‘’…「」『』《》〈〉【】○●◎△▲▽▼□■◇◆★☆※→←↑↓―∼～！？，．：；（）％℃ㆍ①②③④⑤⑥⑦⑧⑨⑩─│┌┐└┘├┤┬┴┼")
_CHINESE_MARKS = frozenset("，。、；：？！“”‘’（）《》【】—…·")


def score_reading(text: str, encoding: str) -> float:
    """The mean weight of the characters outside ASCII, about -1 to 1, that ``encoding`` made of the bytes."""
    runs: list[str] = []
    num_characters = 0
    for run in re.finditer(r"[A-Za-z]?[^\x00-\x7f]+[A-Za-z]?", text):
        runs.append(run[0])
        num_characters += len(run[0])
        if num_characters > _SAMPLE_CHARACTERS:
            break
    if encoding == "cp1252":
        return _score_latin(runs)
    counts = Counter("".join(runs))
    weights = {character: _weight(character, encoding) for character in counts if character > "\x7f"}
    return sum(counts[character] * weight for character, weight in weights.items()) / max(
        1, sum(counts[character] for character in weights)
    )


def _score_latin(runs: list[str]) -> float:
    """Accented letters stand alone in a word of ASCII letters; three in a row are another encoding's bytes."""
    total = num_characters = 0.0
    for run in runs:
        characters = [character for character in run if character > "\x7f"]
        num_characters += len(characters)
        if len(characters) > 2:
            total -= len(characters)
            continue
        in_word = len(run) > len(characters)
        for character in characters:
            if character in _ACCENTED:
                total += 1.0 if in_word else 0.5
            else:
                is_mark = character in _LATIN_MARKS or (len(characters) == 1 and character in _LONE_LATIN_MARKS)
                total += 0.5 if is_mark else -0.5
    return total / max(1.0, num_characters)


def score_wide_reading(text: str) -> float:
    """The mean weight over all characters, in whichever language makes the most of each: UTF-16 has only two readings."""
    counts = Counter(text[: 2 * _SAMPLE_CHARACTERS])
    total = 0.0
    for character, count in counts.items():
        if character < "\x80":
            total += count * (1 if character.isprintable() or character in "\t\n\r" else -1)
        else:
            weight = max(_weight(character, encoding) for encoding in ("cp949", "cp932", "gb18030"))
            total += count * (0.8 if character in _ACCENTED or character in _LATIN_MARKS else weight)
    return total / max(1, len(text[: 2 * _SAMPLE_CHARACTERS]))


@cache
def _frequent() -> dict[str, frozenset[str]]:
    return {name: frozenset(characters) for name, characters in _FREQUENT.items()}


@cache
def _weight(character: str, encoding: str) -> float:
    """How usual a character outside ASCII is in what is written in ``encoding``'s language, -1 to 1."""
    if character in _frequent().get(encoding, ()):
        return 1.0
    if "\ue000" <= character <= "\uf8ff" or character >= "\U00010000":
        return -1.0
    is_ideograph = "\u4e00" <= character <= "\u9fff"
    if encoding == "cp949":
        if "가" <= character <= "힣":
            return 0.5 if _is_in(character, "euc_kr") else -0.5
        return 0.0 if is_ideograph else 0.3 if character in _KOREAN_MARKS or character in "ㅋㅎㅠㅜ" else -0.5
    if encoding == "gb18030":
        if is_ideograph:
            return 0.3 if _is_in(character, "gb2312") and character.encode("gb2312") < b"\xd8" else -0.3
        return 0.5 if character in _CHINESE_MARKS else -0.5
    if "\u3041" <= character <= "\u30fe":
        return 1.0
    return 0.1 if is_ideograph else 0.8 if "\u3001" <= character <= "\u300f" else 0.2 if character in "！？（）：" else -0.5


def _is_in(character: str, encoding: str) -> bool:
    """Whether the two-byte set has the character (Python's euc_kr writes the syllables it lacks as eight bytes of jamo)."""
    try:
        return len(character.encode(encoding)) == 2
    except UnicodeEncodeError:
        return False
