r"""The normal form of prose: NFC, one kind of line end and of space, nothing invisible that carries no meaning.

Enters: the text of a document that is not code. Leaves: the text, and an edit (a :class:`Failure` with the count of places
and no threshold) for each kind of change. Normalising twice changes nothing more.

* NFC (UAX #15). Korean typed on a Mac comes as separate jamo, which no analyser, dictionary or tokenizer here knows.
* Line ends (CR LF, CR, NEL, VT, FF, U+2028, U+2029) become a line feed; other control characters go, tabs stay.
* No-break, figure, ideographic and other odd spaces become a space.
* Zero-width characters, soft hyphens, byte-order marks and marks of direction go. The joiners stay where they change what
  is read: in emoji, and after a letter of the Arabic, Indic and other joining scripts. The zero-width space stays where it
  is the only mark between words: between Thai, Lao, Burmese and Khmer letters.
* Lone surrogates and noncharacters go, for UTF-8 cannot carry or should not exchange them.
* Old Hangul (U+1100-11FF with its fillers, U+A960-A97F, U+D7B0-D7FF) and private use stay: both are text to someone.
"""

import re
import unicodedata
from collections.abc import Sequence

from filters.document import Failure

_LINE_END = "\r\n\u0085\u000b\u000c\u2028\u2029"
_SPACES = "\u00a0\u2000-\u200a\u202f\u205f\u3000"
_CONTROL = "\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufff9-\ufffc"
_INVISIBLE = "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0001-\U000e007f"
_NOT_TEXT = "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
)

_JOINING = (
    "\u0600-\u07ff\u0840-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\u1b00-\u1bff\u1cd0-\u1cff\ua840-\ua8ff"
    "\ua980-\ua9df\uaa00-\uaadf\uabc0-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc\U00010a00-\U00010fff\U00011000-\U00011fff"
)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f"
_EMOJI = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"

#: What stays although it is invisible; it stands first, and its group has no name.
_KEPT = (
    f"(?<=[{_JOINING}])[\u200c\u200d]"
    f"|(?<=[{_EMOJI}\ufe0f])\u200d(?=[{_EMOJI}])"
    f"|(?<=[{_UNSPACED}])\u200b(?=[{_UNSPACED}])"
    "|(?<=\U0001f3f4)[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f"
)
_EDITS = re.compile(
    f"(?:{_KEPT})"
    f"|(?P<line_ends>\r\n?|[{_LINE_END[2:]}])"
    f"|(?P<spaces>[{_SPACES}])"
    f"|(?P<control>[{_CONTROL}])"
    f"|(?P<zero_width>[{_INVISIBLE}])"
    f"|(?P<not_text>[{_NOT_TEXT}])"
)
_REPLACEMENT = {"line_ends": "\n", "spaces": " ", "control": "", "zero_width": "", "not_text": ""}


#: So few texts are not halved again to find those that have to change.
_ONE_BY_ONE = 8


def _has_nothing_to_edit(text: str) -> bool:
    """Whether ``text`` certainly has none of what :data:`_EDITS` replaces: true of nearly every text, and quickly.

    Python holds every control, format, surrogate, unassigned and odd space character for unprintable.
    """
    return text.replace("\n", "").replace("\t", "").isprintable() and "\ufffc" not in text


def normalise_all(texts: Sequence[str]) -> tuple[list[str], dict[int, list[Failure]]]:
    """Every text in normal form, and the edits by row of those that have any: most texts are found clean together."""
    result = [*texts]
    edits: dict[int, list[Failure]] = {}
    waiting = [(0, len(result))]
    while waiting:
        start, end = waiting.pop()
        # A line feed composes with nothing, and is no edit.
        together = "\n".join(result[start:end])
        if (together.isascii() or unicodedata.is_normalized("NFC", together)) and _has_nothing_to_edit(together):
            continue
        if end - start > _ONE_BY_ONE:
            middle = (start + end) // 2
            waiting += [(middle, end), (start, middle)]
            continue
        for row in range(start, end):
            result[row], own = normalise(result[row])
            if own:
                edits[row] = own
    return result, edits


def normalise(text: str) -> tuple[str, list[Failure]]:
    """Give ``text`` in normal form, and one ``normalise_<kind>`` edit for each kind of change, in a fixed order."""
    edits: list[Failure] = []
    if not (text.isascii() or unicodedata.is_normalized("NFC", text)):
        # Composition never crosses white space, so the words that change can be counted one by one.
        num_words = sum(not unicodedata.is_normalized("NFC", word) for word in text.split())
        edits.append(Failure("normalise_nfc", max(num_words, 1)))
        text = unicodedata.normalize("NFC", text)
    if _has_nothing_to_edit(text):
        return text, edits
    counts = dict.fromkeys(_REPLACEMENT, 0)

    def replace(match: re.Match[str]) -> str:
        kind = match.lastgroup
        if kind is None:
            return match.group()
        counts[kind] += 1
        return _REPLACEMENT[kind]

    text = _EDITS.sub(replace, text)
    edits += [Failure(f"normalise_{kind}", count) for kind, count in counts.items() if count]
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text, edits
    # A mark may have come to stand behind its letter only now.
    return unicodedata.normalize("NFC", text), edits
