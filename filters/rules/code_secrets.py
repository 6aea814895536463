"""Files that are mostly keys: private keys, certificates, host key lists, environment files full of secrets, lists of hashes.

Enters: a view of a source file. Leaves: a failure with the share of the file that is key material. A single secret in real
code is no reason to drop the code: the PII editor replaces it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from filters.document import Failure
from filters.limits import check_at_least, check_share
from filters.view import View

_ARMOUR = re.compile(
    r"-----BEGIN ([A-Z0-9 ]{3,40})-----(?:[A-Za-z0-9+/=\s\\\"',:.#|]|-(?!-)){60,}(?:-----END [A-Z0-9 ]{3,40}-----|\Z)"
)
_PUBLIC_KEY = re.compile(r"\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{3}) AAAA[A-Za-z0-9+/=]{40,}[^\n]*")
_HASH = re.compile(r"(?<!\w)(?:[0-9a-f]{32,128}|[0-9A-F]{32,128}|(?:sha\d{3}-|h1:)[A-Za-z0-9+/=]{40,100})(?!\w)")
#: ``NAME = value`` whose name speaks of a secret; the value is judged by its entropy.
_ASSIGNED = re.compile(
    r"(?:secret|passw(?:or)?d|passwd|token|api_?key|access_?key|private_?key|credential|auth)\w{0,30}[\"']?\s{0,4}[=:]\s{0,4}"
    r"[\"']?([^\s\"']{12,200})",
    re.IGNORECASE,
)
_SECRET_WORDS = ("secret", "passw", "token", "key", "credential", "auth")
_MIN_ENTROPY = 3.2


def _entropy(value: str) -> float:
    """Bits per character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


@dataclass(frozen=True, kw_only=True)
class CodeSecrets:
    """The largest shares of a file that keys (characters) and secrets or hashes (lines that are not blank) may have; 0: off.

    ``min_secrets`` is how many lines of secrets or hashes there must be before their share is judged.
    """

    max_key_fraction: float = 0.4
    max_secret_line_fraction: float = 0.4
    max_hash_line_fraction: float = 0.7
    min_secrets: int = 3

    def __post_init__(self) -> None:
        for name in ("max_key_fraction", "max_secret_line_fraction", "max_hash_line_fraction"):
            check_share("code_secrets", name, getattr(self, name))
        check_at_least("code_secrets", "min_secrets", self.min_secrets)

    def judge(self, view: View) -> list[Failure]:
        """``code_key_material``, ``code_secrets`` and ``code_hashes``, as far as they hold."""
        return [*self._judge_keys(view.text), *self._judge_lines(view)]

    def _judge_keys(self, text: str) -> Iterator[Failure]:
        if not self.max_key_fraction or not text or not ("-----BEGIN" in text or "AAAA" in text):
            return
        kinds = list(_ARMOUR.finditer(text))
        keys = _PUBLIC_KEY.findall(text)
        fraction = (sum(len(match[0]) for match in kinds) + sum(map(len, keys))) / len(text)
        if fraction > self.max_key_fraction:
            told = ", ".join(sorted({match[1].strip().lower() for match in kinds})) or "public keys"
            yield Failure("code_key_material", fraction, self.max_key_fraction, f"{len(kinds) + len(keys)} of: {told}")

    def _judge_lines(self, view: View) -> Iterator[Failure]:
        num_lines = max(len(view.content_lines), 1)
        lower = view.text[:1_000_000].lower()
        named = sum(map(lower.count, _SECRET_WORDS))
        if self.max_secret_line_fraction and named > self.max_secret_line_fraction * num_lines:
            secrets = [value for value in _ASSIGNED.findall(view.text) if _is_secret(value)]
            fraction = len(secrets) / num_lines
            if len(secrets) >= self.min_secrets and fraction > self.max_secret_line_fraction:
                yield Failure("code_secrets", fraction, self.max_secret_line_fraction, f"{len(secrets)} lines assign a secret")
        if self.max_hash_line_fraction:
            hashes = sum(1 for line in view.content_lines if len(line) >= 32 and _HASH.search(line[:1000]))
            fraction = hashes / num_lines
            if hashes >= max(self.min_secrets, 10) and fraction > self.max_hash_line_fraction:
                yield Failure("code_hashes", fraction, self.max_hash_line_fraction, f"{hashes} lines with a hash")


def _is_secret(value: str) -> bool:
    """Whether a value is random enough: names, calls and references to the environment are not."""
    if re.search(r"[(){}$<>\[\]]|\.\w+\.|_[a-z]+_", value):
        return False
    return any(map(str.isdigit, value)) and any(map(str.isalpha, value)) and _entropy(value) >= _MIN_ENTROPY
