"""Numbers by which a state or a bank knows somebody, valid by their published rules and made up from a generator.

RRN and FRN: YYMMDD, century digit (1-4 nationals, 5-8 foreigners), check digit (11 or 13 - weighted sum mod 11) mod 10; since
October 2020 the last six digits are random. Business number: weights 1 3 7 1 3 7 1 3 5 with the carry of the last product.
Corporate number: weights 1 2. Cards: Luhn. Licences: region 11-28, year, serial, two digits. Passports: M S R G D and
eight digits (or three digits, a letter and four digits since December 2021).
"""

import calendar
import itertools
import random

from .marked import Value

_ODD_DASHES = "–—‐‑−－"
_HANJA = str.maketrans("0123456789", "〇一二三四五六七八九")
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_REGISTRIES = ("1101", "1201", "1311", "1341", "1501", "1601", "1701", "1801", "2001", "2101", "2201", "2301")
_LICENCE_REGIONS = {
    **{"서울": 11, "부산": 12, "경기": 13, "강원": 14, "충북": 15, "충남": 16, "전북": 17, "전남": 18, "경북": 19},
    **{"경남": 20, "제주": 21, "대구": 22, "인천": 23, "광주": 24, "대전": 25, "울산": 26},
}


def digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def written(value: Value, rng: random.Random, *, share: float = 0.06) -> Value:
    """Now and then the value in unusual characters: full-width, other dashes, zero-width spaces inside."""
    text, form = value
    if rng.random() >= share:
        return value
    kinds = ["full-width", "full-width digits", "zero-width"] + ["odd dash"] * 2 * ("-" in text)
    kind = rng.choice(kinds)
    if kind == "full-width":
        text = text.translate(_FULL_WIDTH).replace(" ", "　")
    elif kind == "full-width digits":
        text = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() and c.isascii() else c for c in text)
    elif kind == "odd dash":
        text = text.replace("-", rng.choice(_ODD_DASHES))
    else:
        cut = rng.randrange(1, len(text))
        text = text[:cut] + rng.choice("\u200b\u200d\u2060\u00ad\ufeff") + text[cut:]
    return Value(text, f"{form}, {kind}")


def hanja_digits(text: str) -> str:
    return text.translate(_HANJA)


def rrn(rng: random.Random) -> Value:
    """A resident number in one of its written forms."""
    return _registration(rng, century_digits={1900: "12", 2000: "34"})


def frn(rng: random.Random) -> Value:
    """A foreigner's registration number in one of its written forms."""
    return _registration(rng, century_digits={1900: "56", 2000: "78"})


def _registration(rng: random.Random, *, century_digits: dict[int, str]) -> Value:
    late = rng.random() < 0.22
    year = rng.choice((2020, 2021, 2022, 2023, 2024, 2025)) if late else rng.randint(1932, 2020)
    months = range(10, 13) if late and year == 2020 else range(1, 10) if year == 2020 else range(1, 13)
    month = rng.choice(months)
    day = rng.randint(1, calendar.monthrange(year, month)[1])
    front = f"{year % 100:02}{month:02}{day:02}"
    gender = rng.choice(century_digits[year // 100 * 100])
    back = gender + digits(rng, 6) if late else registration_tail(front, gender, rng=rng)
    return _registration_form(front, back, rng=rng, era="2020-10 or later" if late else "checksum")


def registration_tail(front: str, gender: str, *, rng: random.Random) -> str:
    """The last seven digits of a number issued before October 2020."""
    if gender in "1234":
        body = f"{front}{gender}{rng.randint(0, 95):02}{digits(rng, 3)}"
        base = 11
    else:
        body = f"{front}{gender}{rng.randrange(0, 100, 2):02}{digits(rng, 2)}{rng.choice('6789')}"
        base = 13
    total = sum(int(digit) * weight for digit, weight in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return body[6:] + str((base - total % 11) % 10)


def _registration_form(front: str, back: str, *, rng: random.Random, era: str) -> Value:
    form = rng.choices(("dash", "spaced dash", "none", "space", "masked", "hanja digits"), weights=(48, 10, 16, 5, 19, 2), k=1)[
        0
    ]
    if form == "dash":
        return written(Value(f"{front}-{back}", f"{form}, {era}"), rng, share=0.15)
    if form == "spaced dash":
        return Value(front + rng.choice((" - ", " -", "- ")) + back, f"{form}, {era}")
    if form == "none":
        return written(Value(front + back, f"{form}, {era}"), rng)
    if form == "space":
        return Value(f"{front} {back}", f"{form}, {era}")
    if form == "hanja digits":
        return Value(hanja_digits(f"{front}-{back}"), form)
    seen = rng.choices((1, 2, 0), weights=(78, 14, 8), k=1)[0]
    star = rng.choice(("*", "*", "*", "●", "○", "X", "x", "＊", "#"))
    dash = rng.choice(("-", "-", "-", " - ", "")) if seen else "-"
    return Value(front + dash + back[:seen] + star * (7 - seen), f"masked, {seen} of 7 seen")


def business_number(rng: random.Random) -> Value:
    middle = rng.choice((f"{rng.randint(1, 79):02}", "81", "86", "87", "88", "82", f"{rng.randint(89, 99)}"))
    body = f"{rng.randint(101, 899)}{middle}{digits(rng, 4)}"
    total = sum(int(digit) * weight for digit, weight in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True))
    total += int(body[8]) * 5 // 10
    number = body + str((10 - total % 10) % 10)
    form = rng.choices(("dash", "none", "space", "spaced dash"), weights=(68, 20, 6, 6), k=1)[0]
    separator = {"dash": "-", "none": "", "space": " ", "spaced dash": " - "}[form]
    return written(Value(separator.join((number[:3], number[3:5], number[5:])), form), rng)


def corporate_number(rng: random.Random) -> Value:
    kind = rng.choice(("11", "11", "11", "12", "13", "14", "15", "21", "22", "31"))
    body = rng.choice(_REGISTRIES) + kind + digits(rng, 6)
    total = sum(int(digit) * (1 + index % 2) for index, digit in enumerate(body))
    number = body + str((10 - total % 10) % 10)
    form = rng.choices(("dash", "none", "spaced dash"), weights=(74, 18, 8), k=1)[0]
    separator = {"dash": "-", "none": "", "spaced dash": " - "}[form]
    return written(Value(number[:6] + separator + number[6:], form), rng)


def passport(rng: random.Random) -> Value:
    letter = rng.choices("MSRGD", weights=(60, 12, 10, 10, 8), k=1)[0]
    if rng.random() < 0.45:
        value = Value(f"{letter}{digits(rng, 3)}{rng.choice('ABCDEFGHJKLMNPRSTUVWXYZ')}{digits(rng, 4)}", "new")
    else:
        value = Value(letter + digits(rng, 8), f"old {letter}")
    if rng.random() < 0.07:
        return Value(value.text.lower(), f"{value.form}, lower case")
    return written(value, rng, share=0.03)


def driver_licence(rng: random.Random) -> Value:
    region, code = rng.choice(list(_LICENCE_REGIONS.items()))
    year, serial, check = f"{rng.choice((rng.randint(70, 99), rng.randint(0, 25))):02}", digits(rng, 6), digits(rng, 2)
    form = rng.choices(("dash", "space", "none", "region name", "spaced dash"), weights=(58, 11, 14, 12, 5), k=1)[0]
    if form == "region name":
        return Value(f"{region}{rng.choice((' ', '', '-'))}{year}-{serial}-{check}", form)
    separator = {"dash": "-", "space": " ", "none": "", "spaced dash": " - "}[form]
    return written(Value(separator.join((str(code), year, serial, check)), form), rng)


def card(rng: random.Random) -> Value:
    brand = rng.choices(("Visa", "Mastercard", "Amex", "JCB", "local", "UnionPay"), weights=(32, 28, 12, 8, 14, 6), k=1)[0]
    prefixes = {
        "Visa": ("4",),
        "Mastercard": ("51", "52", "53", "54", "55", f"{rng.randint(2221, 2720)}"),
        "Amex": ("34", "37"),
        "JCB": (f"{rng.randint(3528, 3589)}",),
        "local": (f"9{rng.choice('014')}{rng.randint(0, 99):02}",),
        "UnionPay": ("62",),
    }
    prefix = rng.choice(prefixes[brand])
    body = prefix + digits(rng, (15 if brand == "Amex" else 16) - 1 - len(prefix))
    number = body + luhn_digit(body)
    form = rng.choices(("dash", "space", "none", "spaced dash"), weights=(50, 22, 24, 4), k=1)[0]
    separator = {"dash": "-", "space": " ", "none": "", "spaced dash": " - "}[form]
    cuts = (0, 4, 10, 15) if brand == "Amex" else (0, 4, 8, 12, 16)
    text = separator.join(number[start:end] for start, end in itertools.pairwise(cuts))
    return written(Value(text, f"{brand}, {form}"), rng)


def luhn_digit(body: str) -> str:
    """The check digit that makes ``body`` pass Luhn's test."""
    total = 0
    for index, digit in enumerate(reversed(body)):
        double = int(digit) * 2
        total += (double - 9 if double > 9 else double) if index % 2 == 0 else int(digit)
    return str(-total % 10)
