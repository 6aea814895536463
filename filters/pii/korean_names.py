"""Korean personal names: which strings look like one.

Enters: a string of Hangul. Leaves: whether it can be a surname with a given name. Written by hand from general knowledge:
the surnames cover over 99.9 % of the population (the census of 2015 counts 533 surnames, most of them with few bearers);
the syllables are those that given names are commonly made of, by their place in the name.

A name has no form of its own, and three syllables of these classes also make ordinary words (이용자, 전문가, 정수기). So this
module alone decides nothing: `PersonName` asks it only where a label or a title marks a name, and `ORDINARY_WORDS` holds the
words that stand in just those places.
"""

from functools import cache

SURNAMES = (
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도"
    "소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용예경봉사부가복태목형계피두감음빈동온호범좌팽승간상시갈단견당"
    "화창란"
)
"""Surnames of one syllable."""

COMMON_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공현함변염여추도"
    "소석선설마길연위표명기"
)
"""Those that the less clear contexts accept."""

SHORT_NAME_SURNAMES = frozenset("김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노곽차엄")
"""Those believed of a name of two syllables (김준); the other surnames make a given name or a word of it (지민, 성인)."""

DOUBLE_SURNAMES = ("남궁", "황보", "선우", "제갈", "사공", "독고", "서문", "동방", "망절", "어금", "소봉", "강전", "장곡")

FIRST_SYLLABLES = (
    "가강건결겸경고광교구국권귀규균근금기길나남노누다단달담대덕도동두라란래로루리린마만명모무문미민방배백범별병보복봄"
    "봉빈빛사산상새샘서석선설섭성세소솔송수숙순슬승시신아안애양언여연열영예오옥온완요용우운웅원월유윤율은응의이익인일"
    "자장재정제조종주준중지진찬창채천철청초춘충치태택판필하학한해향혁현형혜호홍화환효후훈휘휴흥희"
)
LAST_SYLLABLES = (
    "가갑강건걸결겸경곤관광교구국권규균근금기길나남녀늘단달담대덕도돈동두득라란람래련령례로록롬룡루륜률름리린림만매명"
    "모무묵문미민배백범별병복봄봉빈빛산삼상새샘생서석선설섭성세소솔솜송수숙순슬승식신실심아안애양언연열엽영예오옥온완"
    "용우욱운웅원월유윤율은을음의이익인일임자재점정제조종주준중지직진찬창채천철청춘출충탁태택평표필하학한해향헌혁현협"
    "형혜호홍화환효후훈휘흔흥희"
)
SINGLE_GIVEN = frozenset(
    "건결경겸근담란련린림민범별빈산석선설섭성솔수숙슬신실엽영예용욱웅윤율은인일재정준중진찬채철혁현협형호환훈휘희"
)
"""Syllables that commonly are a whole given name (김준, 이솔)."""

PARTICLE_LIKE = frozenset("하한해도로만을의고가는를에와과")
"""Last syllables that more often are an ending or a particle: believed only behind a label with a colon or before a title."""


def is_name(word: str, *, is_strict: bool) -> bool:
    """Whether `word` (Hangul without blanks) can be a surname with a given name; `is_strict` for the less clear contexts."""
    if word in ordinary_words() or (is_strict and word[-1] in "은이인일의도만로" and word[:-1] in ordinary_words()):
        return False
    if word[:2] in DOUBLE_SURNAMES and 3 <= len(word) <= 4:
        return all(char in LAST_SYLLABLES or char in FIRST_SYLLABLES for char in word[2:])
    if len(word) == 2:
        return word[0] in (SHORT_NAME_SURNAMES if is_strict else COMMON_SURNAMES) and word[1] in SINGLE_GIVEN
    if len(word) != 3 or word[1] not in FIRST_SYLLABLES or word[2] not in LAST_SYLLABLES:
        return False
    return word[0] in (COMMON_SURNAMES if is_strict else SURNAMES) and not (is_strict and word[2] in PARTICLE_LIKE)


@cache
def ordinary_words() -> frozenset[str]:
    """Words built like a name that stand where names do: roles, fields of a form, institutions, common nouns."""
    from filters.pii.ordinary_words import ORDINARY_WORDS

    return frozenset(ORDINARY_WORDS.split())


@cache
def public_figures() -> frozenset[str]:
    """People of history and public life, whose names are no private data where only 선생 or an author's label marks them."""
    from filters.pii.ordinary_words import PUBLIC_FIGURES

    return frozenset(PUBLIC_FIGURES.split())
