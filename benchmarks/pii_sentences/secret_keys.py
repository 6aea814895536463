"""Credentials as they lie about in code and posts: keys in the shapes of known issuers, generic ones after a label, PEM."""

import base64
import random
import string

from .marked import Value

_ALNUM = string.ascii_letters + string.digits
_URL_SAFE = _ALNUM + "-_"
_DASHES = "-" * 5


def api_key(rng: random.Random) -> Value:
    """A key whose own shape tells whose it is."""

    def of(alphabet: str, count: int) -> str:
        return "".join(rng.choices(alphabet, k=count))

    makers = {
        "sk-": lambda: "sk-" + of(_ALNUM, 48),
        "sk-proj-": lambda: "sk-proj-" + of(_URL_SAFE, 60) + of(_ALNUM, 4),
        "sk-ant-": lambda: "sk-ant-api03-" + of(_URL_SAFE, 90) + of(_ALNUM, 3) + "AA",
        "AKIA": lambda: "AKIA" + of(string.ascii_uppercase + "234567", 16),
        "ghp_": lambda: rng.choice(("ghp_", "gho_", "ghs_")) + of(_ALNUM, 36),
        "github_pat_": lambda: "github_pat_" + of(_ALNUM, 22) + "_" + of(_ALNUM, 59),
        "xoxb-": lambda: f"xoxb-{of(string.digits, 11)}-{of(string.digits, 12)}-{of(_ALNUM, 24)}",
        "AIza": lambda: "AIza" + of(_URL_SAFE, 34) + of(_ALNUM, 1),
        "glpat-": lambda: "glpat-" + of(_ALNUM, 20),
        "hf_": lambda: "hf_" + of(string.ascii_letters, 34),
        "sk_live_": lambda: rng.choice(("sk_live_", "rk_live_")) + of(_ALNUM, 24),
        "SG.": lambda: f"SG.{of(_ALNUM, 22)}.{of(_ALNUM, 43)}",
        "JWT": lambda: ".".join((_json(rng, "HS256"), _json(rng, "sub"), of(_URL_SAFE, 42) + of(_ALNUM, 1))),
    }
    form = rng.choice(list(makers))
    return Value(makers[form](), form)


def labelled_key(rng: random.Random) -> Value:
    """A key that only its label gives away: 32 or 40 hex digits, 40 characters of base64, 24-48 letters and digits."""
    form = rng.choice(("hex 32", "hex 40", "letters and digits", "base64"))
    if form.startswith("hex"):
        return Value("".join(rng.choices("0123456789abcdef", k=int(form[4:]))), form)
    if form == "base64":
        return Value(base64.b64encode(rng.randbytes(30)).decode(), form)
    return Value("".join(rng.choices(_ALNUM, k=rng.randint(24, 48))), form)


def _json(rng: random.Random, kind: str) -> str:
    raw = (
        '{"alg":"HS256","typ":"JWT"}'
        if kind == "HS256"
        else f'{{"sub":"{rng.randint(1000, 99999)}","iat":{rng.randint(10**9, 2 * 10**9)}}}'
    )
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def private_key(rng: random.Random) -> Value:
    """A PEM block from its first dash to its last one."""
    kind = rng.choice(
        ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
    )
    body = base64.b64encode(rng.randbytes(rng.choice((96, 240, 600)))).decode()
    escaped = rng.random() < 0.15
    newline = "\\n" if escaped else "\n"
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    text = newline.join((f"{_DASHES}BEGIN {kind}{_DASHES}", *lines, f"{_DASHES}END {kind}{_DASHES}"))
    return Value(text, f"{kind}{', one line' if escaped else ''}")
