"""Which characters end a sentence, close a quotation, or are no more than punctuation.

Enters: nothing. Leaves: the sets that the Gopher, C4 and FineWeb rules count with. They hold the same characters as
those behind the published thresholds (FineWeb, arXiv:2406.17557; FineWeb2, arXiv:2506.20920; implementation in
datatrove 0.10.1), for a threshold means something only with the set that it was measured with. A test compares them.
"""

import string


def _characters(ranges: str) -> frozenset[str]:
    """``"0021 002E-0030"`` -> the characters of those code points and ranges."""
    found: set[str] = set()
    for item in ranges.split():
        first, _, last = item.partition("-")
        found.update(map(chr, range(int(first, 16), int(last or first, 16) + 1)))
    return frozenset(found)


#: Unicode's Sentence_Terminal property (version 15, without U+1B4E and the like that came later), and three Khmer signs.
SENTENCE_TERMINALS = _characters(
    "0021 002E 003F 0589 061D-061F 06D4 0700-0702 07F9 0837 0839 083D-083E 0964-0965 104A-104B 1362 1367-1368 166E "
    "1735-1736 17D4-17D6 17D9-17DA 1803 1809 1944-1945 1AA8-1AAB 1B5A-1B5B 1B5E-1B5F 1B7D-1B7E 1C3B-1C3C 1C7E-1C7F "
    "203C-203D 2047-2049 2E2E 2E3C 2E53-2E54 3002 A4FF A60E-A60F A6F3 A6F7 A876-A877 A8CE-A8CF A92F A9C8-A9C9 "
    "AA5D-AA5F AAF0-AAF1 ABEB FE52 FE56-FE57 FF01 FF0E FF1F FF61 10A56-10A57 10F55-10F59 10F86-10F89 11047-11048 "
    "110BE-110C1 11141-11143 111C5-111C6 111CD 111DE-111DF 11238-11239 1123B-1123C 112A9 1144B-1144C 115C2-115C3 "
    "115C9-115D7 11641-11642 1173C-1173E 11944 11946 11A42-11A43 11A9B-11A9C 11C41-11C42 11EF7-11EF8 11F43-11F44 "
    "16A6E-16A6F 16AF5 16B37-16B38 16B44 16E98 1BC9F 1DA88"
)

#: A word of nothing but these is a symbol and no word. Full-width one and per cent are in the published set; the Korean
#: middle dot, reference mark and double corner brackets (· ㆍ ※ 『 』) are not, and so count as words.
PUNCTUATION = (
    SENTENCE_TERMINALS
    | frozenset(string.punctuation)
    | _characters("00-08 0B-1F 7F-9F")
    | frozenset("«´»–—’“”„…∶━►、〈〉《》「」【】％（），１：；～")
)

#: What may follow the terminal of a sentence and still belong to it: quotation marks and brackets that close.
CLOSERS = "\"'”’」』》〉)]）］"

#: Endings of a line that ends a sentence and then closes a quotation or bracket, as Korean prose does: 그는 "간다."
CLOSED_TERMINALS = tuple(terminal + closer for terminal in ".?!。？！" for closer in CLOSERS)
