"""What looks like personal data and is none: values with the shapes that a careless pattern takes for numbers of persons."""

import random
import uuid

from .identity import digits, luhn_digit
from .marked import Value

_MONTHS = ("January", "March", "May", "Jul", "Sep", "Oct", "Dec")
_CASES = ("다", "나", "가합", "두", "도", "고단", "누", "구합", "헌마", "마", "라")
_CALENDAR = ("-", ".", "/", ". ", "")


def _day(rng: random.Random) -> tuple[int, int, int]:
    return rng.randint(1950, 2027), rng.randint(1, 12), rng.randint(1, 28)


def date(rng: random.Random) -> Value:
    year, month, day = _day(rng)
    separator = rng.choice(_CALENDAR)
    forms = (
        *(
            separator.join((str(year), f"{month:02}", f"{day:02}")),
            f"{year}-{month:02}-{day:02}",
            f"{year}년 {month}월 {day}일",
        ),
        *(f"{year}. {month}. {day}.", f"{year % 100:02}.{month:02}.{day:02}", f"'{year % 100:02}. {month}. {day}"),
        *(f"{day:02}/{month:02}/{year}", f"{year}년{month:02}월{day:02}일", f"{rng.choice(_MONTHS)} {day}, {year}"),
        *(f"{year % 100:02}{month:02}{day:02}", f"{year}-{month:02}-{day:02}T{rng.randint(0, 23):02}:15:00+09:00"),
        *(f"{year}.{month:02}.{day:02}~{month:02}.{min(day + 3, 30):02}", f"단기 {year + 2333}년 {month}월 {day}일"),
    )
    return Value(rng.choice(forms), "date")


def plain_date(rng: random.Random) -> Value:
    """A date of the sort that a sentence with personal data holds in passing."""
    year, month, day = _day(rng)
    return Value(rng.choice((f"{year}-{month:02}-{day:02}", f"{year}. {month}. {day}.", f"{year}년 {month}월 {day}일")), "date")


def time(rng: random.Random) -> Value:
    hour, minute = rng.randint(0, 23), rng.randint(0, 59)
    return Value(
        rng.choice((f"{hour:02}:{minute:02}", f"{hour}시 {minute}분", f"{hour:02}:{minute:02}:{rng.randint(0, 59):02}")), "time"
    )


def timestamp(rng: random.Random) -> Value:
    year, month, day = _day(rng)
    clock = f"{rng.randint(0, 23):02}{rng.randint(0, 59):02}"
    stamp = f"{year}{month:02}{day:02}{clock}"
    seconds = f"{rng.randint(0, 59):02}"
    forms = (
        stamp,
        stamp + seconds,
        f"{stamp[:8]}-{clock}{seconds}",
        f"{stamp[:8]}_{clock}",
        stamp[2:] + seconds,
        stamp + seconds + digits(rng, 3),
    )
    return Value(rng.choice((*forms, str(rng.randint(10**9, 19 * 10**8)), str(rng.randint(10**12, 19 * 10**11)))), "timestamp")


def isbn(rng: random.Random) -> Value:
    body = rng.choice(("97889", "97911")) + digits(rng, 7)
    check = str(-sum(int(digit) * (1 + 2 * (index % 2)) for index, digit in enumerate(body)) % 10)
    if rng.random() < 0.3:
        core = "89" + digits(rng, 7)
        last = -sum(int(digit) * weight for digit, weight in zip(core, range(10, 1, -1), strict=True)) % 11
        end = "X" if last == 10 else str(last)
        return Value(rng.choice((f"{core[:2]}-{core[2:5]}-{core[5:]}-{end}", core + end)), "ISBN-10")
    text = rng.choice(
        (
            f"{body[:3]}-{body[3:5]}-{body[5:9]}-{body[9:]}-{check}",
            body + check,
            f"{body[:3]} {body[3:5]} {body[5:9]} {body[9:]} {check}",
        )
    )
    return Value(text, "ISBN-13")


def barcode(rng: random.Random) -> Value:
    """An EAN-13 of Korea: 880 followed by digits is a birth date in 1988 to a careless eye."""
    body = "880" + rng.choice((digits(rng, 9), f"{rng.randint(101, 128)}{rng.choice('1234')}{digits(rng, 5)}"))
    check = str(-sum(int(digit) * (1 + 2 * (index % 2)) for index, digit in enumerate(body)) % 10)
    return Value(body + check, "EAN-13")


def order(rng: random.Random) -> Value:
    year, month, day = rng.randint(2019, 2026), rng.randint(1, 12), rng.randint(1, 28)
    stamp = f"{year}{month:02}{day:02}"
    forms = (
        *(
            f"{stamp}-{digits(rng, 7)}",
            f"ORD-{stamp}-{digits(rng, 5)}",
            f"{stamp}{digits(rng, 6)}",
            f"{stamp[2:]}-{digits(rng, 8)}",
        ),
        *(
            f"{year}-{digits(rng, 6)}",
            f"A{digits(rng, 9)}",
            f"{stamp}{digits(rng, 8)}",
            f"OD{digits(rng, 12)}",
            f"#{digits(rng, 6)}",
        ),
    )
    return Value(rng.choice(forms), "order number")


def tracking(rng: random.Random) -> Value:
    number = rng.choice("56") + digits(rng, 11)
    forms = (
        number,
        f"{number[:4]}-{number[4:8]}-{number[8:]}",
        f"{rng.choice('16')}{digits(rng, 12)}",
        f"EM{digits(rng, 9)}KR",
    )
    return Value(rng.choice(forms), "tracking number")


def version(rng: random.Random) -> Value:
    a, b, c, d = (rng.randint(0, top) for top in (20, 30, 40, 250))
    forms = (
        f"{a}.{b}.{c}.{d}",
        f"v{a}.{b}.{c}",
        f"{a}.{b}.{c}.{d}",
        f"v{a}.{b}.{c}.{d}",
        f"{a}.{b}.{c}-rc.{d % 9}",
        f"120.0.{6000 + d}.{d}",
    )
    return Value(rng.choice(forms), "version")


def section(rng: random.Random) -> Value:
    parts = [str(rng.randint(1, 19)) for _ in range(4)]
    return Value(rng.choice((".".join(parts), ".".join(parts) + ".", "-".join(parts))), "section of four parts")


def amount(rng: random.Random) -> Value:
    value = rng.choice((rng.randint(1, 999) * 1000, rng.randint(10**6, 10**8), rng.randint(10**8, 10**10)))
    forms = (
        f"{value:,}원",
        f"{value:,} 원",
        f"금 {value:,}원정",
        f"₩{value:,}",
        f"{value}원",
        f"{value // 10000:,}만 원",
        f"{value:,}KRW",
    )
    return Value(rng.choice(forms), "amount")


def article(rng: random.Random) -> Value:
    a, b, c = rng.randint(1, 800), rng.randint(1, 12), rng.randint(1, 9)
    year = rng.randint(1995, 2025)
    case = f"{year}{rng.choice(_CASES)}{rng.randint(100, 299999)}"
    forms = (
        *(f"제{a}조제{b}항제{c}호", f"제{a}조의{c}", f"법률 제{rng.randint(1000, 20000)}호", f"대법원 {case} 판결", case, case),
        *(
            f"고시 제{year}-{rng.randint(1, 400)}호",
            f"제{a}조 제{b}항",
            f"조심 {year}서{rng.randint(1000, 5999)}",
            f"의안번호 {rng.randint(2000000, 2299999)}",
        ),
    )
    return Value(rng.choice(forms), "article or case number")


def statistics(rng: random.Random) -> Value:
    def row() -> list[str]:
        return [f"{rng.randint(100, 99999):,}" if rng.random() < 0.5 else f"{rng.randint(100, 99999)}" for _ in range(4)]

    separator = rng.choice(("\t", " | ", "  ", ", ", " "))
    rows = [separator.join((str(year), *row())) for year in range(2019, 2019 + rng.randint(1, 4))]
    return Value("\n".join(rows), "table of figures")


def student_number(rng: random.Random) -> Value:
    year = rng.randint(2008, 2026)
    return Value(
        rng.choice(
            (f"{year}{digits(rng, 4)}", f"{year}{digits(rng, 6)}", f"{year}-{digits(rng, 5)}", f"{year % 100}-{digits(rng, 6)}")
        ),
        "student number",
    )


def years(rng: random.Random) -> Value:
    first = rng.choice((rng.randint(1990, 2024), rng.randint(1400, 1950), rng.randint(1500, 1899)))
    last = first + rng.randint(1, 70)
    return Value(rng.choice((f"{first}-{last}", f"{first}~{last}", f"{first}–{last}", f"{first} - {last}")), "years")


def coordinates(rng: random.Random) -> Value:
    north, east = rng.uniform(33.1, 38.6), rng.uniform(125.1, 129.6)
    return Value(
        rng.choice(
            (
                f"{north:.6f}, {east:.6f}",
                f"N{north:.4f} E{east:.4f}",
                f"{int(north)}°{rng.randint(0, 59)}′{rng.randint(0, 59)}″",
            )
        ),
        "coordinates",
    )


def score(rng: random.Random) -> Value:
    a, b = rng.randint(0, 25), rng.randint(0, 25)
    return Value(
        rng.choice((f"{a}-{b}", f"{a}:{b}", f"{a + 60}-{b + 55}", f"{a} 대 {b}", f"{a}-{b}, {b}-{a}, 25-{b}")), "score"
    )


def digest(rng: random.Random) -> Value:
    made = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    hexes = "".join(rng.choices("0123456789abcdef", k=64))
    return Value(rng.choice((made, hexes[:40], hexes[:32], hexes, hexes[:7], made.upper())), "digest or UUID")


def model(rng: random.Random) -> Value:
    letter = rng.choice("ABCKMRSDG")
    forms = (
        *(
            f"SM-{letter}{digits(rng, 3)}N",
            f"{letter}{digits(rng, 7)}",
            f"KS C {digits(rng, 4)}",
            f"{letter}{letter}-{digits(rng, 4)}-{digits(rng, 3)}",
        ),
        *(
            f"R-R-S3c-{digits(rng, 4)}",
            f"{digits(rng, 2)}UN{digits(rng, 4)}",
            f"LOT{digits(rng, 8)}",
            f"{digits(rng, 3)}-{digits(rng, 5)}-{digits(rng, 2)}",
        ),
        *(
            f"S/N {digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 4)}",
            f"특허 제10-{digits(rng, 7)}호",
            f"{letter}{digits(rng, 3)}-{digits(rng, 4)}",
            f"{rng.choice('MSRGD')}{digits(rng, 8)}",
        ),
    )
    return Value(rng.choice(forms), "model or product code")


def long_code(rng: random.Random) -> Value:
    """Sixteen digits that fail Luhn's test, or a placeholder of a number."""
    body = rng.choice("4568") + digits(rng, 14)
    bad = str((int(luhn_digit(body)) + rng.randint(1, 9)) % 10)
    number = body + bad
    dashed = "-".join((number[:4], number[4:8], number[8:12], number[12:]))
    placeholders = (
        "0000-0000-0000-0000",
        "000000-0000000",
        "000-00-00000",
        "XXXX-XXXX-XXXX-XXXX",
        "010-XXXX-XXXX",
        "YYMMDD-NNNNNNN",
    )
    return Value(rng.choice((number, dashed, rng.choice(placeholders))), "failed check or placeholder")


def phone_like(rng: random.Random) -> Value:
    forms = (
        *(
            f"{rng.randint(1990, 2024)}-{rng.randint(2000, 2030)}",
            f"0{rng.randint(1, 9)}-{rng.randint(1, 12):02}",
            f"{digits(rng, 3)}-{digits(rng, 3)}",
        ),
        *(
            f"{rng.randint(100, 999)}-{rng.randint(100, 999)}-{rng.randint(10, 99)}",
            f"0.{digits(rng, 10)}",
            f"1{digits(rng, 4)}",
            f"{digits(rng, 5)}",
        ),
        *(
            f"{rng.randint(1, 9)}{digits(rng, 2)},{digits(rng, 3)},{digits(rng, 3)}",
            f"{rng.randint(1, 99)}-{rng.randint(1, 99)}",
            f"+{rng.randint(1, 9)}{rng.randint(10, 99)}",
        ),
        *(
            f"+1-{rng.randint(200, 999)}",
            f"0x{rng.getrandbits(32):08x}",
            f"0{rng.randint(1, 7)}{rng.randint(0, 7)}",
            f"{rng.randint(1, 9)}.{digits(rng, 8)}e-{rng.randint(1, 9)}",
        ),
    )
    return Value(rng.choice(forms), "phone-like code")
