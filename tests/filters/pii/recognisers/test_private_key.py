import base64
import random

import pytest

from filters.pii.recognisers.private_key import PrivateKey
from tests.filters.pii.found import found
from tests.filters.pii.recognisers.hostile import check_bounded_time

BODY = "\n".join(base64.b64encode(random.Random(seed).randbytes(48)).decode() for seed in range(6))


@pytest.mark.parametrize("kind", ["RSA ", "EC ", "DSA ", "OPENSSH ", "ENCRYPTED ", ""])
def test_pem(kind: str) -> None:
    block = f"-----BEGIN {kind}PRIVATE KEY-----\n{BODY}\n-----END {kind}PRIVATE KEY-----"
    assert found(PrivateKey(), f"키는 다음과 같다.\n{block}\n끝.") == [block]


@pytest.mark.parametrize(
    "block",
    [
        f"-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{BODY}\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN PRIVATE KEY-----\\n" + BODY.replace("\n", "\\n") + "\\n-----END PRIVATE KEY-----",
        f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AB\n\n{BODY}\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_other_armour(block: str) -> None:
    assert found(PrivateKey(), f'x = "{block}"') == [block]


def test_a_truncated_block_ends_with_its_last_line() -> None:
    block = f"-----BEGIN PRIVATE KEY-----\n{BODY}"
    assert found(PrivateKey(), f"{block}\n\n이하 생략한다.") == [block]


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----로 시작하는 파일",
        'if text.startswith("-----BEGIN PRIVATE KEY-----"):',
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n" + "x" * 64 + "\n-----END PRIVATE KEY-----",
        f"-----BEGIN CERTIFICATE-----\n{BODY}\n-----END CERTIFICATE-----",
        f"-----BEGIN PUBLIC KEY-----\n{BODY}\n-----END PUBLIC KEY-----",
        "",
    ],
)
def test_no_keys(text: str) -> None:
    assert found(PrivateKey(), text) == []


def test_bounded_time() -> None:
    check_bounded_time(
        PrivateKey(), "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n", "PuTTY-User-Key-File-2: "
    )
