"""The same letters in another form: full-width, decomposed, other punctuation and case, Hanja in brackets.

Enters: a draft. Leaves: its text so written. The readings of the Hanja table are the usual Sino-Korean ones; a word is
followed by its Hanja only where every syllable of it is in the table.
"""

import random
import re
import unicodedata

from .draft import Change, Draft, substituted

_HANJA = dict(
    zip(
        "가각간개거경계고공과관교구국권규급기내년농대도동력령로록료률명무문물미민발방법별보본부분사산상생서선설성세소속수시신실심안약업"
        "여역연영예용원위유음의이인일입자작장재전정제조종주중지직진차처청체출통특판평표품필하학한합해행현형호화확회효",
        "加各間個居經界高公過關校區國權規級期內年農大圖動力令路錄料率名務文物美民發方法別保本部分事産相生書線設性世所屬數時新實心安約業"
        "與役硏營例用員委有音意異人日入者作場在電定制調種主中地職進差處請體出通特判評表品必下學韓合解行現形號化確會效",
        strict=True,
    )
)
_PUNCTUATION = {
    "“": '"',
    "”": '"',
    "‘": "'",
    "’": "'",
    "…": "...",
    "·": ",",
    "「": "'",
    "」": "'",
    "(": "[",
    ")": "]",
    ".": "。",
}
_SOME = re.compile(r"[,.;:!?\"'()“”‘’·…「」]")


def full_width(share: float) -> Change:
    """ASCII letters, digits and signs of ``share`` of the lines in their full-width forms."""

    def change(draft: Draft, rng: random.Random) -> str:
        lines = draft.text.split("\n")
        for index in rng.sample(range(len(lines)), max(1, round(share * len(lines)))):
            lines[index] = re.sub("[!-~]", lambda match: chr(ord(match.group()) + 0xFEE0), lines[index])
        return "\n".join(lines)

    return change


def decomposed(draft: Draft, _rng: random.Random) -> str:
    return unicodedata.normalize("NFD", draft.text)


def punctuation(draft: Draft, rng: random.Random) -> str:
    """Half of the punctuation left out or written otherwise, half of the Latin words in capitals."""

    def other(match: re.Match[str]) -> str:
        return rng.choice(["", _PUNCTUATION.get(match.group(), "")]) if rng.random() < 0.5 else match.group()

    text = _SOME.sub(other, draft.text)
    return re.sub("[A-Za-z]+", lambda match: match.group().upper() if rng.random() < 0.5 else match.group(), text)


def hanja(share: float) -> Change:
    """``share`` of the nouns that can be written in Hanja are followed by it in brackets."""

    def change(draft: Draft, rng: random.Random) -> str:
        nouns = [
            token
            for token in draft.analyses.tokens(draft.text)
            if token.tag == "NNG" and 1 < token.len == len(token.form) and all(s in _HANJA for s in token.form)
        ]
        some = rng.sample(nouns, round(share * len(nouns)))
        ends = {(t.start + t.len,) * 2: f"({''.join(_HANJA[s] for s in t.form)})" for t in some}
        return substituted(draft.text, ends)

    return change
