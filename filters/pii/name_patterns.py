"""The regular expressions that bring up candidates for names.

Enters: nothing. Leaves: `NamePatterns`, compiled once, all linear. `re` skips through a text only to a set of characters that
comes first in a pattern, so `candidate` begins with the first syllable and looks behind it afterwards.
"""

import re
from functools import cache
from typing import NamedTuple

from filters.pii.alternation import one_of
from filters.pii.korean_names import COMMON_SURNAMES, DOUBLE_SURNAMES, FIRST_SYLLABLES, LAST_SYLLABLES, SINGLE_GIVEN, SURNAMES
from filters.pii.name_contexts import HONORIFICS, LATIN_LABELS, TITLES
from filters.pii.name_labels import led_by_label

_PARTICLE = (
    r"(?:은|는|이|가|을|를|의|에게서?|께서는?|께|한테|과|와|랑|도|만|로|으로|이?라고|이?라는|이란|입니다|이며|이고|이다|임|이었|였"
    r"|인데|이?에요|예요|이라|이야|이나|측|등|외|에|에는|에게는|부터|까지|처럼|보다|고|며)"
)
_HANJA_SURNAMES = (
    "金李朴崔鄭姜趙尹張林韓吳徐申權黃安宋柳劉兪全洪高文梁孫裵白許南沈盧河郭成車朱禹具閔羅陳池嚴蔡元千方孔康玄咸卞廉"
    "呂秋都蘇石宣薛馬吉魏表明奇潘"
)


class NamePatterns(NamedTuple):
    """One pattern for each sign.

    `candidate`: a word built like a name (`name`) with the sign behind it: `honorific`, `title`, `youth` (군, 양),
    `bracketed` title, `closing` (드림, an age or a seal), `copula`, `particle` or the end of the word; `introduction`: what
    an introduction says in front of it; `colon`: the end of a label; `blank_field`: a field with three syllables in it;
    `spaced`: 홍 길 동; `foreign`: a foreign name in Hangul between two lines of a form; `next_in_list`: what joins the names
    of a list; `hanja`: a name in Hanja in brackets; `latin_label`, `latin_name`, `latin_title`: the same in Latin letters
    (Name: Hong Gildong, Dear Minsu Kim).
    """

    candidate: re.Pattern[str]
    introduction: re.Pattern[str]
    colon: re.Pattern[str]
    blank_field: re.Pattern[str]
    spaced: re.Pattern[str]
    foreign: re.Pattern[str]
    next_in_list: re.Pattern[str]
    hanja: re.Pattern[str]
    latin_label: re.Pattern[str]
    latin_name: re.Pattern[str]
    latin_title: re.Pattern[str]


@cache
def name_patterns() -> NamePatterns:
    """All of them."""
    first = _first_syllables()
    title = _title()
    hanja = rf"[ ]?\([{_HANJA_SURNAMES}][\u4e00-\u9fff]{{1,3}}\)"
    greeting = r"(?:저는|나는|안녕하세요|안녕하십니까)[,.! \n]{1,3}(?:[가-힣A-Za-z]{1,12}[ ]){0,3}"
    latin_title = r"[MDP](?:rs?|s|rof|ear)\.?[ ]"
    latin_given = r"[A-Z][A-Za-z]{0,11}(?:-[A-Za-z]{1,9})?(?:[ ][A-Z][a-z]{1,11}(?![a-z]))?"
    return NamePatterns(
        candidate=re.compile(rf"(?P<name>{_name()})(?:{hanja})?(?:{_sign_behind()})"),
        introduction=re.compile(rf"(?:(?:이름|성함|성명)은[ ]|{greeting})$"),
        colon=re.compile(r"[:=|\t](?<=[가-힣)\]> A-Za-z].)[ \t]{0,8}[|(\[<]?[ \t]{0,4}(?=[가-힣A-Z])"),
        blank_field=re.compile(r"[가-힣]{3}(?=[ \t]{0,3}(?:$|[\n,(|/\[]|[ ]{2}))"),
        spaced=re.compile(rf"[{first}](?:[ ]{{1,4}}[가-힣][ ]{{1,4}}[가-힣]|[ ]{{1,3}}[가-힣]{{2}})(?![가-힣])"),
        foreign=re.compile(r"[가-힣]{2,6}(?:[ ][가-힣]{1,6}){0,2}(?=[ \t]{0,4}\n[ \t○□·*-]{0,8}[가-힣][가-힣 ]{1,12}:)"),
        next_in_list=re.compile(rf"(?:\([^()\n]{{1,12}}\))?(?:[ ]?{title})?[ ]?(?:,|·|/|、|및[ ]|와[ ]|과[ ])[ ]?"),
        hanja=re.compile(hanja),
        latin_title=re.compile(rf"{latin_title}(?=[A-Z])"),
        latin_label=re.compile(
            rf"(?<![A-Za-z0-9]){one_of(LATIN_LABELS)}[ \t]{{0,2}}(?:\([A-Za-z 영문]{{2,12}}\))?[ \t]{{0,2}}$"
        ),
        latin_name=re.compile(
            rf"(?:{latin_title})?(?P<name>[A-Z][A-Za-z]{{0,9}}(?:-[A-Za-z]{{1,9}})?,?[ ]{latin_given})(?![A-Za-z])"
        ),
    )


def _first_syllables() -> str:
    """Every syllable that a surname can begin with, for a set of characters."""
    return "".join(sorted({*SURNAMES, *(surname[0] for surname in DOUBLE_SURNAMES)}))


def _title() -> str:
    return rf"{one_of(TITLES)}(?:님|급)?"


def _name() -> str:
    """A surname with a given name, by the syllables that these have."""
    double = "|".join(f"(?<={surname[0]}){surname[1]}" for surname in DOUBLE_SURNAMES)
    common, single = ("".join(sorted(syllables)) for syllables in (COMMON_SURNAMES, SINGLE_GIVEN))
    given = rf"(?:{double})[{FIRST_SYLLABLES}{LAST_SYLLABLES}]{{1,2}}|[{FIRST_SYLLABLES}][{LAST_SYLLABLES}](?<=[{SURNAMES}]..)"
    return rf"[{_first_syllables()}](?<![가-힣A-Za-z0-9○].)(?:{given}|[{single}](?<=[{common}].))"


def _sign_behind() -> str:
    """What may stand behind a name, the clearest signs first.

    A look at the next character first: few words begin as a sign does.
    """
    title = _title()
    begins = "".join(sorted({*(word[0] for word in (*HONORIFICS, *TITLES)), *"씨님귀선군양드올배이라입에예("}))
    of_age = r"\((?:남|여|만)?,?[ ]?(?:만[ ]?)?\d{1,2}(?:세|살|[·,][ ]?[남여])[^()\n]{0,16}\)"
    age = rf"{of_age}|\(\d{{2}}\)(?=[ ]?(?:씨|군|양)(?![가-힣]{{2}}))"
    signs = "|".join(
        (
            rf"(?P<honorific>[ ]?(?:씨(?![티앗줄름방족드월])|님|귀하|선생님)|[ ]{one_of(HONORIFICS)})",
            rf"(?P<title>[ ]?{title})(?={_PARTICLE}?(?![가-힣]))",
            r"(?P<youth>[ ](?:군|양)(?=(?:[은는을를]|에게|이[ ])?(?:[ ,.(]|$)))",
            rf"[ ]?\((?P<bracketed>{title})\)",
            rf"(?P<closing>[ ]?(?:드림|올림|배상)(?![가-힣])|이?라고[ ](?:합니다|해요|하는데요|불러)"
            rf"|[ ]?\((?:인|서명|印|직인)\)|[ ]?{age})",
            r"(?P<copula>입니다|이?라고|이?에요|예요|이고|이며|이야)",
        )
    )
    led = rf"(?:{led_by_label()}|(?<=\)))(?P<particle>{_PARTICLE})?(?![가-힣A-Za-z0-9○])"
    return rf"(?=[ ]?[{begins}])(?:{signs})|{led}"
