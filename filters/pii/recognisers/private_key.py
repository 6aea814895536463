"""Private keys in text armour: PEM (RFC 7468; RSA, EC, DSA, OPENSSH, PKCS#8), OpenPGP (RFC 9580) and PuTTY files.

Enters: the folded text. Leaves: a span over the whole block, armour lines included; where the END line is missing (a
truncated paste) over the lines of base64 that follow the BEGIN line. A BEGIN line alone, as prose and source code name it, is
no key, and neither is a block whose body is dots or a placeholder. Line ends may be written out as ``\\n`` (JSON, source code).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from filters.pii.span import Span

MAX_KEY_LENGTH = 20_000
"""Longest block that is looked through for its END line, in characters (an RSA key of 16,384 bits has 12,700)."""


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """The BEGIN line; the body behind it (headers such as `Proc-Type:` and lines of base64); the END line."""
    begin = re.compile(r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[123]:")
    line = r"(?:[A-Za-z-]{3,24}: [^\n\\]{0,200}|[ \t\"'+,>|#*]{0,8}[A-Za-z0-9+/=]{1,200}[ \t\"'+,;)]{0,8}|[ \t>]{0,8})"
    body = re.compile(rf"(?:(?:\r?\n|\\r|\\n|[ \t\"'+]|\Z){{1,8}}{line}){{0,400}}")
    return begin, body, re.compile(r"-----END [A-Z0-9 ]{2,40}-----")


@dataclass(frozen=True, kw_only=True)
class PrivateKey:
    """Blocks of private key material."""

    entity: ClassVar[str] = "PRIVATE_KEY"
    trigger: ClassVar[str] = "word"
    words: ClassVar[tuple[str, ...]] = ("PRIVATE KEY", "PuTTY-User-Key-File")

    def find(self, text: str) -> Iterator[Span]:
        """Every block with key material in it."""
        begin, _, _ = _patterns()
        at = 0
        while (head := begin.search(text, at)) is not None:
            end = _end_of_block(text, head)
            if _has_key_material(text[head.end() : end]):
                yield Span(head.start(), end, self.entity, 1.0)
                at = end
            else:
                at = head.end()


def _end_of_block(text: str, head: re.Match[str]) -> int:
    """Offset behind the END line of the block that `head` opens, or behind its last line of base64."""
    begin, body, end_line = _patterns()
    limit = head.end() + MAX_KEY_LENGTH
    tail = end_line.search(text, head.end(), limit)
    following = begin.search(text, head.end(), limit)
    if tail is not None and (following is None or tail.start() < following.start()):
        return tail.end()
    match = body.match(text, head.end(), limit)
    end = head.end() if match is None else match.end()
    return head.start() + len(text[head.start() : end].rstrip())


def _has_key_material(body: str) -> bool:
    """Whether the body holds a long enough run of base64 that is not one repeated pattern."""
    return any(len(set(run)) >= 12 for run in re.findall(r"[A-Za-z0-9+/=]{24,}", body.replace("\\n", "\n")))
