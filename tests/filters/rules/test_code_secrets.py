"""Files of keys; single secrets in code are no reason to drop it. Every key here is made up by counting."""

import base64
import hashlib

import pytest

from filters.rules.code_secrets import CodeSecrets
from tests.filters.rules.code_judging import PYTHON, check_hostile, failures_of


def _key(kind: str) -> str:
    body = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(30))).decode()
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n"


def _digest(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()


ENVIRONMENT = "".join(
    f"{name}={_digest(n)[:24]}\n" for n, name in enumerate(("DB_PASSWORD", "API_KEY", "AUTH_TOKEN", "SECRET_KEY"))
)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (_key("RSA PRIVATE KEY"), ["code_key_material"]),
        (f'KEY = """{_key("PRIVATE KEY")}"""\n', ["code_key_material"]),
        (_key("CERTIFICATE") * 3, ["code_key_material"]),
        (_key("PRIVATE KEY") + PYTHON * 40, []),
        ('PEM = "-----BEGIN PUBLIC KEY-----"\n' + PYTHON + 'END = "-----END PUBLIC KEY-----"\n', []),
        ("ssh-rsa AAAA" + "B3NzaC1yc2E" * 20 + " me@host\n", ["code_key_material"]),
        (ENVIRONMENT, ["code_secrets"]),
        (ENVIRONMENT + PYTHON * 10, []),
        ("password = os.environ['PASSWORD']\ntoken = get_token(request)\nsecret = config.secret_value\n", []),
        ("".join(f"{_digest(n)}  file{n}.txt\n" for n in range(30)), ["code_hashes"]),
        (PYTHON * 30 + f"KNOWN = '{_digest(1)}'\n", []),
    ],
)
def test_rules(text: str, rules: list[str]) -> None:
    assert [failure.rule for failure in failures_of(CodeSecrets(), text)] == rules


def test_the_detail_never_shows_a_secret() -> None:
    for text in (ENVIRONMENT, _key("RSA PRIVATE KEY")):
        (failure,) = failures_of(CodeSecrets(), text)
        assert failure.detail in ("4 lines assign a secret", "1 of: rsa private key")


def test_a_senseless_number() -> None:
    with pytest.raises(ValueError, match="code_secrets: max_key_fraction = 2 is not a share"):
        CodeSecrets(max_key_fraction=2)


def test_hostile() -> None:
    check_hostile(CodeSecrets())
