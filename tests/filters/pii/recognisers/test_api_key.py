import random
import string

import pytest

from filters.pii.recognisers.api_key import ApiKey
from tests.filters.pii.found import found
from tests.filters.pii.recognisers.hostile import check_bounded_time


def row(length: int, *, of: str = string.ascii_letters + string.digits, seed: int = 0) -> str:
    """Random characters, so that this file holds no key that scanners of secrets would report."""
    return "".join(random.Random(seed).choices(of, k=length))


HEX = "0123456789abcdef"
UPPER = string.ascii_uppercase + string.digits


@pytest.mark.parametrize(
    "key",
    [
        "AKIA" + row(16, of=UPPER),
        "AIza" + row(35),
        "ghp_" + row(36),
        "github_pat_" + row(22) + "_" + row(59, seed=1),
        "glpat-" + row(20),
        "xoxb-" + row(12, of=string.digits) + "-" + row(24),
        "sk_live_" + row(24),
        "sk-ant-api03-" + row(40),
        "sk-proj-" + row(48),
        "sk-" + row(48),
        "npm_" + row(36),
        "pypi-" + row(80),
        "hf_" + row(34),
        "SG." + row(22) + "." + row(43, seed=1),
        row(9, of="123456789") + ":AA" + row(33),
        "eyJhbGciOiJIUzI1NiJ9.eyJ" + row(30) + "." + row(43, seed=1),
        "https://hooks.slack.com/services/T" + row(8, of=UPPER) + "/B" + row(8, of=UPPER, seed=1) + "/" + row(24),
    ],
)
@pytest.mark.parametrize("frame", ["{}", "키는 {}입니다", 'key = "{}"', "({})", "export X={}\n"])
def test_formats_of_providers(key: str, frame: str) -> None:
    assert set(found(ApiKey(), frame.format(key))) == {key}


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f'api_key = "{row(32, of=HEX)}"', row(32, of=HEX)),
        (f"SECRET_KEY='{row(40)}'", row(40)),
        (f"인증키: {row(32, of=HEX)}", row(32, of=HEX)),
        (f"서비스키 {row(40)}를 붙이세요", row(40)),
        (f"| API_KEY | {row(40)} |", row(40)),
        (f"<th>access_token</th><td>{row(40)}</td>", row(40)),
        (f"Authorization: Bearer {row(40)}", row(40)),
        ('password = "Tr7!kd0q#x"', "Tr7!kd0q#x"),
        ("비밀번호는 Tr7!kd0q#x 입니다", "Tr7!kd0q#x"),
        ("postgres://admin:Tr7kd0qx@db.host.kr/app", "Tr7kd0qx"),
    ],
)
def test_secrets_by_their_names(text: str, secret: str) -> None:
    assert set(found(ApiKey(), text)) == {secret}


@pytest.mark.parametrize(
    "text",
    [
        *("AKIAIOSFODNN7EXAMPLE", "sk_test_" + row(24), "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_" + "x" * 36),
        *('api_key = "your-api-key-here"', "api_key = ${API_KEY}", "token: <token>", 'token = os.environ["TOKEN"]'),
        *(
            'password = "password123"',
            "password = getpass.getpass()",
            'password: str = "secret"',
            "비밀번호는 여덟 자 이상입니다",
        ),
        *(
            "token = tokenizer.next_token_or_none()",
            "secret_key_base64_encoded_length = 4",
            "key = 'some_long_identifier_name_2'",
        ),
        *(
            row(32, of=HEX),
            "md5 " + row(32, of=HEX),
            "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p",
            "postgres://user:password@localhost/db",
        ),
        "",
    ],
)
def test_no_secrets(text: str) -> None:
    assert found(ApiKey(), text) == []


def test_bounded_time() -> None:
    pieces = (
        "token A1b2C3d4E5f6G7h8J9k0L1m2 ",
        "password=",
        "eyJaaaaaaaaaa.",
        "://a:",
        "sk-",
        "A1b2",
        ":AA",
        "%2B",
        "xoxb-12-",
    )
    check_bounded_time(ApiKey(), *pieces)
