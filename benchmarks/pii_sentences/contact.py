"""Telephone numbers of the Korean numbering plan, e-mail and IP addresses, in the ways people write them."""

import ipaddress
import random

from .identity import digits, hanja_digits, written
from .marked import Value

_AREAS = ("031", "032", "033", "041", "042", "043", "044", "051", "052", "053", "054", "055", "061", "062", "063", "064")
_NATIONWIDE = (
    *("1522", "1533", "1544", "1566", "1577", "1588", "1599", "1600", "1644", "1661", "1666", "1670", "1688"),
    *("1800", "1811", "1833", "1855", "1877", "1899"),
)
_FAMILY = (
    "kim",
    "lee",
    "park",
    "choi",
    "jung",
    "kang",
    "cho",
    "yoon",
    "jang",
    "lim",
    "han",
    "oh",
    "seo",
    "shin",
    "kwon",
    "hong",
)
_GIVEN = (
    "minsu",
    "jiwon",
    "sh",
    "hj",
    "dohyun",
    "seoyeon",
    "yj",
    "taeho",
    "eunji",
    "gildong",
    "sumin",
    "jh",
    "haneul",
    "kyung",
)
_WORDS = (
    "help",
    "recruit",
    "sales",
    "webmaster",
    "contact",
    "cs",
    "info",
    "office",
    "support",
    "news",
    "hr",
    "dream",
    "blue",
    "sky",
)
_DOMAINS = (
    *("naver.com", "gmail.com", "hanmail.net", "daum.net", "kakao.com", "nate.com", "outlook.com", "icloud.com", "hotmail.com"),
    *("korea.kr", "hanbit-labs.co.kr", "sejong.ac.kr", "mail.daehan.go.kr", "nuri.or.kr", "dasom.io", "barun-soft.com"),
    *("saebyeok.kr", "student.hangang.ac.kr", "narae.dev", "onnuri.pe.kr", "k-logis.net", "cloud9.ai", "ye-rim.shop"),
)


def phone(rng: random.Random) -> Value:
    """A number anybody may call, in one of its written forms."""
    kind = rng.choices(
        ("mobile", "area", "070", "080", "050x", "1588-type", "+82", "old mobile"), weights=(38, 20, 7, 5, 7, 8, 11, 4), k=1
    )[0]
    if kind == "1588-type":
        head, tail = rng.choice(_NATIONWIDE), digits(rng, 4)
        return written(Value(head + rng.choice(("-", "-", "-", "-", " ", ".")) + tail, kind), rng)
    head, middle, tail = _parts(kind, rng)
    if kind == "+82":
        return _international(head, middle, tail, rng=rng)
    return _domestic(head, middle, tail, kind=kind, rng=rng)


def _parts(kind: str, rng: random.Random) -> tuple[str, str, str]:
    lead = rng.choice("23456789")
    if kind == "mobile" or (kind == "+82" and rng.random() < 0.7):
        return "010", lead + digits(rng, 3), digits(rng, 4)
    if kind == "old mobile":
        return rng.choice(("011", "016", "017", "018", "019")), lead + digits(rng, rng.choice((2, 2, 3))), digits(rng, 4)
    if kind == "070":
        return "070", lead + digits(rng, 3), digits(rng, 4)
    if kind == "080":
        return "080", lead + digits(rng, rng.choice((2, 3))), digits(rng, 4)
    if kind == "050x":
        return (
            rng.choice(("0502", "0503", "0504", "0505", "0506", "0507", "0508")),
            lead + digits(rng, rng.choice((2, 3))),
            digits(rng, 4),
        )
    return rng.choice(("02", "02", "02", *_AREAS)), lead + digits(rng, rng.choice((2, 3, 3))), digits(rng, 4)


def _domestic(head: str, middle: str, tail: str, *, kind: str, rng: random.Random) -> Value:
    forms = ("dash", "none", "dot", "space", "bracket", "brackets", "spaced dash", "mixed", "hanja digits")
    form = rng.choices(forms, weights=(46, 14, 9, 9, 8, 5, 4, 3, 1), k=1)[0]
    text = {
        "dash": f"{head}-{middle}-{tail}",
        "none": head + middle + tail,
        "dot": f"{head}.{middle}.{tail}",
        "space": f"{head} {middle} {tail}",
        "bracket": f"{head}){rng.choice(('', '', ' '))}{middle}-{tail}",
        "brackets": f"({head}){rng.choice(('', ' ', '-'))}{middle}-{tail}",
        "spaced dash": f"{head} - {middle} - {tail}",
        "mixed": rng.choice((f"{head}-{middle}{tail}", f"{head} {middle}-{tail}", f"{head}-{middle} {tail}")),
        "hanja digits": hanja_digits(f"{head}-{middle}-{tail}"),
    }[form]
    return written(Value(text, f"{kind}, {form}"), rng)


def _international(head: str, middle: str, tail: str, *, rng: random.Random) -> Value:
    head = head[1:]
    text = rng.choice(
        (
            *(f"+82-{head}-{middle}-{tail}", f"+82 {head}-{middle}-{tail}", f"+82 {head} {middle} {tail}"),
            *(f"(+82){head}-{middle}-{tail}", f"(+82) {head}-{middle}-{tail}", f"+82{head}{middle}{tail}"),
            *(f"+82.{head}.{middle}.{tail}", f"+82 (0){head}-{middle}-{tail}", f"82-{head}-{middle}-{tail}"),
            *(f"(82) {head}-{middle}-{tail}", f"+82) {head}-{middle}-{tail}", f"0082-{head}-{middle}-{tail}"),
        )
    )
    form = "".join("d" if character.isdigit() else character for character in text[: text.index(middle)])
    return written(Value(text, f"+82, {form}"), rng, share=0.03)


def email(rng: random.Random) -> Value:
    family, given, word = rng.choice(_FAMILY), rng.choice(_GIVEN), rng.choice(_WORDS)
    number = digits(rng, rng.choice((1, 2, 2, 4)))
    local = rng.choice(
        (
            *(f"{given}.{family}", f"{family}{given}", f"{family}_{given}{number}", f"{given}{number}", f"{word}"),
            *(f"{word}.{given}", f"{given}-{word}", f"{given[0]}{family}{number}", f"{family}.{given}+{word}"),
            *(f"{given.upper()}{number}", f"{family.title()}.{given.title()}", f"{number}{given}", f"{word}_{number}"),
        )
    )
    domain = rng.choice(_DOMAINS)
    if rng.random() < 0.05:
        domain = domain.upper()
    value = Value(f"{local}@{domain}", "plain" if local.isalnum() else "punctuated")
    if rng.random() < 0.03:
        return Value(value.text.replace("@", "＠"), "full-width @")
    return value


def ip_address(rng: random.Random) -> Value:
    """A global address; IPv4 in three of four."""
    if rng.random() < 0.74:
        while True:
            address = ipaddress.IPv4Address(rng.getrandbits(32))
            if address.is_global and not address.is_multicast and 1 < int(str(address).split(".")[0]) < 224:
                return Value(str(address), "v4")
    prefix = rng.choice(("2001:2d8", "2400:8500", "2406:5900", "2a00:1450", "2606:4700", "2001:e60", "2404:6800"))
    groups = [f"{rng.getrandbits(16):x}" for _ in range(6)]
    form = rng.choice(("full", "compressed", "compressed", "padded"))
    if form == "full":
        return Value(":".join((prefix, *groups)), "v6 full")
    if form == "padded":
        return Value(":".join(group.zfill(4) for group in (*prefix.split(":"), *groups)), "v6 padded")
    kept = rng.randint(1, 4)
    text = f"{prefix}::" if rng.random() < 0.1 else f"{prefix}:{groups[0]}::{':'.join(groups[1 : 1 + kept])}"
    return Value(text, "v6 compressed")
