"""Bank accounts by the number formats of their banks, and vehicle plates."""

import random

from .identity import digits, written
from .marked import Value

# Groups of digits as the banks print them; a group that starts with digits has those fixed.
_ACCOUNTS: dict[str, tuple[str, ...]] = {
    "국민은행": ("######-##-######", "###-##-####-###"),
    "KB국민은행": ("######-0#-######",),
    "신한은행": ("110-###-######", "###-##-######"),
    "우리은행": ("1002-###-######", "1005-###-######"),
    "하나은행": ("###-910###-#####", "###-######-##-###"),
    "농협은행": ("301-####-####-##", "302-####-####-##", "###-##-######"),
    "NH농협": ("352-####-####-##", "351-####-####-##"),
    "기업은행": ("###-######-##-###", "###-######-01-###"),
    "IBK기업은행": ("###-######-04-###",),
    "카카오뱅크": ("3333-0#-#######", "3355-0#-#######"),
    "케이뱅크": ("100-###-######",),
    "토스뱅크": ("1000-####-####", "1001-####-####"),
    "새마을금고": ("9002-####-####-#", "9003-####-####-#"),
    "우체국": ("######-02-######", "######-01-######"),
    "SC제일은행": ("###-##-######",),
    "부산은행": ("101-####-####-##", "112-####-####-##"),
    "대구은행": ("508-##-######-#",),
    "iM뱅크": ("504-##-######-#",),
    "광주은행": ("###-###-######", "1107-0##-######"),
    "전북은행": ("###-##-#######", "1013-0#-#######"),
    "경남은행": ("207-####-####-##",),
    "수협은행": ("1010-####-####", "2020-####-####"),
    "신협": ("131-###-######", "132-###-######"),
    "한국씨티은행": ("###-######-###",),
    "산업은행": ("020-####-####-###",),
    "제주은행": ("##-##-######",),
}
BANKS = tuple(_ACCOUNTS)
_SHORT = {
    "국민은행": "국민",
    "신한은행": "신한",
    "우리은행": "우리",
    "하나은행": "하나",
    "농협은행": "농협",
    "기업은행": "기업",
    "카카오뱅크": "카뱅",
}
_LONG = {short: bank for bank, short in _SHORT.items()}
_PRIVATE = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주"
_PLATE_REGIONS = (
    "서울",
    "부산",
    "대구",
    "인천",
    "광주",
    "대전",
    "울산",
    "경기",
    "강원",
    "충북",
    "충남",
    "전북",
    "전남",
    "경북",
    "경남",
    "제주",
)


def bank(rng: random.Random) -> Value:
    name = rng.choice(BANKS)
    return Value(_SHORT.get(name, name) if rng.random() < 0.3 else name, "bank")


def account(rng: random.Random, *, at: str | None) -> Value:
    """An account number of the bank ``at``, or of any when None."""
    name = _LONG.get(at, at) if at else rng.choice(BANKS)
    shape = rng.choice(_ACCOUNTS[name])
    text = "".join(rng.choice("123456789" if index == 0 else "0123456789") if c == "#" else c for index, c in enumerate(shape))
    form = rng.choices(("dash", "none", "space"), weights=(72, 22, 6), k=1)[0]
    text = text.replace("-", {"dash": "-", "none": "", "space": " "}[form])
    return written(Value(text, form), rng, share=0.04)


def plate(rng: random.Random) -> Value:
    """A registration plate: two or three digits, a letter of its class, four digits; commercial ones with a region."""
    serial = rng.choice("123456789") + digits(rng, 3)
    kind = rng.choices(("private", "new private", "commercial", "rental", "delivery"), weights=(34, 36, 16, 10, 4), k=1)[0]
    head = (
        str(rng.randint(100, 699)) if kind in ("new private", "rental") and rng.random() < 0.9 else f"{rng.randint(1, 69):02}"
    )
    letter = {"commercial": rng.choice("바사아자"), "rental": rng.choice("하허호"), "delivery": "배"}.get(
        kind, rng.choice(_PRIVATE)
    )
    space = rng.choices(("", " ", "  both"), weights=(62, 28, 10), k=1)[0]
    text = f"{head} {letter} {serial}" if space == "  both" else f"{head}{letter}{space}{serial}"
    if kind in ("commercial", "delivery"):
        text = rng.choice(_PLATE_REGIONS) + rng.choice(("", " ")) + text
    return written(Value(text, f"{kind}, {'spaced' if space else 'close'}"), rng, share=0.02)
