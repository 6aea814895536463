"""What stands round the text of a page, where nothing else is left: menus, cookie notices, mail footers, company footers.

Enters: a batch. Leaves: a failure for the kind that dominates the document. Terms are those of ``lexicons/boilerplate.toml``.

* ``korean_navigation``: menu terms, many different ones, cover much of the text, and few sentences stand between them.
* ``korean_cookie_notice``, ``korean_mail_footer``, ``korean_legal_footer``: the sentences and lines with telling terms of the
  kind make up most of the text. Words of kitchens, servers and statutes speak for a text *about* cookies or registers.

An article with a menu above and a footer below stays; taking such lines out is deduplication's work.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from filters.batch import Batch, Finding, gathered
from filters.document import Failure
from filters.korean.lexicon import Hit, Lexicon, load
from filters.korean.mail_lines import mail_lines
from filters.korean.prose import prose_share
from filters.korean.readings import readings
from filters.limits import check_share

_NAVIGATION = "navigation"
_NOTICES = {"cookie": "korean_cookie_notice", "mail": "korean_mail_footer", "footer": "korean_legal_footer"}
#: How many different telling terms: company data stand in forms and statutes too.
_MIN_STRONG = {"cookie": 2, "mail": 2, "footer": 3}
_BREAK = re.compile(r"\n+|(?<=[.!?。])\s+| [|ㅣ│·] ")
#: A statute or a definition speaks so; notices do not.
_STATUTE = re.compile(r"(?:하여야 한다|아니 ?된다|할 수 있다|말한다|이다|한다|했다|된다|있다)[.\s]*$")
#: Who shows a notice speaks of himself, to the visitor, or lets him press a button; articles about cookies do none of it.
_VOICE = re.compile(
    r"당사|저희|(?:본|이|우리|해당) ?(?:웹 ?)?사이트|(?:본|이) (?:서비스|홈페이지|블로그)|귀하|고객님|회원님|우리는|"
    r"파트너사|개 파트너|계속 (?:이용|사용|탐색)|"
    r"(?:모두|전체|모든 쿠키|필수만|선택) ?(?:동의|수락|허용|거부|저장)|동의하고|수락하고|동의합니다|설정 저장|"
    r"선택 저장|동의함|자세히 보기|더 알아보기|"
    r"자세히 알아보기|쿠키 ?설정|\b(?:We|we|our|Our|This|this|Accept|Reject|Manage|You|you)\b|当|すべて|同意|(?:^|[\[|"
    r"/·]) ?(?:수락|거부|허용|확인|동의|닫기)(?: ?$|[\]|/·])",
    re.MULTILINE,
)
#: A line of a signature or of a company footer: a label and what it stands for.
_CONTACT = (
    r"(?:^\W{0,3}(?:T|M|F|E|A|H|Tel|TEL|tel|Fax|FAX|Mobile|MOBILE|Phone|Cell|H\.?P|E-?mail|E-?MAIL|Email|Add|Address|Web|"
    r"전화|휴대폰|휴대전화|핸드폰|팩스|이메일|메일|주소|홈페이지|직통|내선|대표전화)\s{0,3}[.:)|]|"
    r"^\W{0,3}\(?0\d{1,2}\)?[-. )]\d{3,4}[-. ]\d{4}|^(?:Office|Mobile|Phone|Tel|Fax|D|T|M|F|C|O)\s{1,3}\(?[+0]\d|"
    r"^\S{1,40}@\S{1,40}\.\w{2,4}$|^(?:https?://|www\.)\S{1,60}$)"
)
_CONTACT_LINE = re.compile(_CONTACT)
#: What separates the facts of a footer; running text about companies has little of it.
_LABEL = re.compile(r"[:|©ⓒ/]|\d-\d|\([cC]\)|Copyright|COPYRIGHT|약관|처리방침")
_MIN_LABELS = 2
#: Two lines of a signature.
_CONTACT_LINES = re.compile(rf"(?:{_CONTACT}[^\n]{{0,80}}\n[^\n]{{0,80}}){{1}}{_CONTACT}", re.MULTILINE)
_SHOWN = 8
_LONG = 1_000
_MIN_TELLING = 2
_SEARCHED_TOGETHER = 32


@cache
def _lexicon() -> Lexicon:
    return load("boilerplate")


@cache
def _kinds() -> tuple[tuple[tuple[str, float], ...], ...]:
    """What each term is evidence of: kinds with weights."""
    return tuple(tuple((told.kind, told.weight) for told in known) for known in _lexicon().evidence)


@dataclass(frozen=True, kw_only=True)
class KoreanBoilerplate:
    """Shares are of characters. ``min_terms``: how many different terms a kind must show.

    ``min_menu_coverage``: share of the text that menu terms themselves must cover; ``max_menu_prose``: share in sentences.
    ``min_notice_share``: share that the sentences of one kind of notice must have; ``min_letter_share``: lines of a letter.
    ``max_counter``: counter-terms a term.
    """

    min_menu_coverage: float = 0.25
    max_menu_prose: float = 0.35
    min_notice_share: float = 0.5
    min_letter_share: float = 0.75
    min_terms: int = 3
    min_menu_terms: int = 5
    max_counter: float = 0.6

    def __post_init__(self) -> None:
        for name in ("min_menu_coverage", "max_menu_prose", "min_notice_share", "min_letter_share"):
            check_share("korean_boilerplate", name, getattr(self, name))

    def judge_batch(self, batch: Batch) -> list[Finding]:
        """The failures of the kinds that dominate, menus first."""
        return gathered(self._judge_rows(batch))

    def _judge_rows(self, batch: Batch) -> Iterator[tuple[int, list[Failure]]]:
        lexicon = _lexicon()
        rows = zip(batch.texts, readings(batch), strict=True)
        # A signature may have no telling term, but it is short.
        hits = (
            lexicon.find(text) if len(text) <= _LONG or reading.telling["boilerplate"] >= _MIN_TELLING else []
            for text, reading in rows
        )
        row = 0
        # The automaton goes over some texts in a row, see `filters.korean.readings`.
        while some := list(islice(hits, _SEARCHED_TOGETHER)):
            for found in some:
                yield row, self._judge(batch.texts[row], found)
                row += 1

    def _judge(self, text: str, hits: Sequence[Hit]) -> list[Failure]:
        failures = self._judge_terms(text, hits)
        if not any(failure.rule == _NOTICES["mail"] for failure in failures):
            failures += self._judge_letter(text)
        return failures

    def _judge_terms(self, text: str, hits: Sequence[Hit]) -> list[Failure]:
        if len(hits) < self.min_terms:
            return []
        covered, strong, num_counters = _cover(hits)
        failures = self._judge_menu(text, hits, covered.get(_NAVIGATION, 0))
        dense = [kind for kind in _NOTICES if covered.get(kind, 0) > 0.04 * len(text)]
        wanted = [kind for kind in dense if len(strong.get(kind, ())) >= _MIN_STRONG[kind]]
        if "footer" in wanted and len(_LABEL.findall(text)) < _MIN_LABELS:
            wanted.remove("footer")
        if "cookie" in wanted and not _VOICE.search(text):
            wanted.remove("cookie")
        is_signed = "mail" in dense and bool(_CONTACT_LINES.search(text))
        if is_signed and "mail" not in wanted:
            wanted.append("mail")
        if wanted and num_counters <= self.max_counter * sum(len(strong.get(kind, ())) for kind in wanted):
            failures += self._judge_notices(text, hits, wanted, is_signed=is_signed)
        return failures

    def _judge_letter(self, text: str) -> list[Failure]:
        """A letter's lines without the letter: headers, signature, disclaimer."""
        lines = mail_lines(text)
        if lines is None or lines.share < self.min_letter_share or len(lines.kinds) < self.min_terms:
            return []
        if lines.num_telling < _MIN_TELLING and lines.num_contacts < _MIN_TELLING:
            return []
        return [Failure(_NOTICES["mail"], lines.share, self.min_letter_share, f"lines: {', '.join(lines.kinds)}")]

    def _judge_menu(self, text: str, hits: Sequence[Hit], covered: int) -> list[Failure]:
        num_chars = len(text) - text.count(" ") - text.count("\n")
        if not num_chars or covered < self.min_menu_coverage / 2 * num_chars:
            return []
        terms = dict.fromkeys(term for term, _, _ in hits if any(kind == _NAVIGATION for kind, _ in _kinds()[term]))
        if len(terms) < self.min_menu_terms:
            return []
        coverage = covered / num_chars
        telling = sum(any(told == (_NAVIGATION, 2.0) for told in _kinds()[term]) for term in terms)
        # Titles and names stand between the terms of many menus, so where most lines are short half the coverage does.
        wanted = self.min_menu_coverage if telling < self.min_menu_terms else self.min_menu_coverage / 2
        if coverage < wanted or telling < 2 or prose_share(text) > self.max_menu_prose:
            return []
        return [Failure("korean_navigation", coverage, wanted, _told(terms))]

    def _judge_notices(self, text: str, hits: Sequence[Hit], wanted: Sequence[str], *, is_signed: bool) -> list[Failure]:
        # In a signature the lines between are names, places and ranks.
        least = {kind: 1.0 if is_signed and kind == "mail" else 2.0 for kind in wanted}
        shares, terms = _notice_shares(text, hits, least)
        failures = [
            Failure(_NOTICES[kind], shares[kind], self.min_notice_share, _told(terms[kind]))
            for kind in wanted
            if shares[kind] >= self.min_notice_share and len(terms[kind]) >= self.min_terms
        ]
        if failures or shares["any"] < self.min_notice_share + 0.1:
            return failures
        kind = max(wanted, key=lambda kind: shares[kind])
        return [Failure(_NOTICES[kind], shares["any"], self.min_notice_share + 0.1, _told(terms[kind]))]


def _cover(hits: Sequence[Hit]) -> tuple[dict[str, int], dict[str, set[int]], int]:
    """For each kind how many characters its terms cover and which telling terms there are; number of counter-terms."""
    kinds = _kinds()
    covered: dict[str, int] = {}
    strong: dict[str, set[int]] = {}
    counters: set[int] = set()
    for term, start, end in hits:
        for kind, weight in kinds[term]:
            if kind == "counter":
                counters.add(term)
                continue
            covered[kind] = covered.get(kind, 0) + end - start
            if weight >= 2:
                strong.setdefault(kind, set()).add(term)
    return covered, strong, len(counters)


def _notice_shares(
    text: str, hits: Sequence[Hit], least: Mapping[str, float]
) -> tuple[dict[str, float], Mapping[str, dict[int, None]]]:
    """The share of the characters in sentences of each kind (by the weight that one must have), and of any; its terms."""
    kinds = _kinds()
    chars = dict.fromkeys((*least, "any"), 0)
    terms: dict[str, dict[int, None]] = {kind: {} for kind in least}
    total = at = start = 0
    for end in [match.end() for match in _BREAK.finditer(text)] + [len(text)]:
        weights = dict.fromkeys(least, 0.0)
        here: list[tuple[str, int]] = []
        while at < len(hits) and hits[at][1] < end:
            for kind, weight in kinds[hits[at][0]]:
                if kind in weights:
                    weights[kind] += weight
                    here.append((kind, hits[at][0]))
            at += 1
        sentence = text[start:end].strip()
        start = end
        total += len(sentence)
        if _CONTACT_LINE.search(sentence):
            for kind in ("mail", "footer"):
                if kind in weights:
                    weights[kind] += 2
        if not any(weights.values()) or _STATUTE.search(sentence[-12:]):
            continue
        telling = [kind for kind in least if weights[kind] >= least[kind]]
        for kind in telling:
            chars[kind] += len(sentence)
        chars["any"] += len(sentence) * bool(telling)
        for kind, term in here:
            terms[kind][term] = None
    return {kind: count / max(total, 1) for kind, count in chars.items()}, terms


def _told(terms: Mapping[int, None]) -> str:
    written = _lexicon().terms
    return ", ".join(written[term] for term in list(terms)[:_SHOWN])
