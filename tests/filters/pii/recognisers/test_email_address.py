import pytest

from filters.pii.recognisers.email_address import EmailAddress
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "address",
    [
        "hong@naver.com",
        "hong.gil-dong+news@mail.example.co.kr",
        "a_b%c@korea.ac.kr",
        "h@x.ai",
        "hong@회사.com",
        "ｈｏｎｇ＠ｎａｖｅｒ．ｃｏｍ",
        "hong (at) naver.com",
        "hong[at]naver.com",
        "hong [AT] startup.io",
        "hong(골뱅이)naver.com",
        "hong골뱅이naver.com",
        "hong @ naver.com",
        "hong at naver dot com",
        "hong@naver(dot)com",
        "ho\u200bng@naver.com",
    ],
)
def test_written_forms(address: str, sentence: str) -> None:
    assert found(EmailAddress(), sentence.format(address)) == [address]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("문의메일hong@naver.com으로", ["hong@naver.com"]),
        ("<mailto:hong@naver.com>", ["hong@naver.com"]),
        ("hong@naver.com.", ["hong@naver.com"]),
        ("email=hong@naver.com&x=1", ["hong@naver.com"]),
        ("...hong@naver.com", ["hong@naver.com"]),
        ("kim@a.com,lee@b.net", ["kim@a.com", "lee@b.net"]),
        ("@app.route('/')", []),
        ("icon@2x.png", []),
        ("lodash@4.17.21", []),
        ("user@localhost", []),
        ("git@github.com:owner/name.git", []),
        ("@hong", []),
        ("홍@naver.com", []),
        ("3 @ 1.com", []),
        ("look at example.com", []),
        ("a@-.com", []),
        ("@", []),
        ("", []),
    ],
)
def test_neighbours_and_look_alikes(text: str, addresses: list[str]) -> None:
    assert found(EmailAddress(), text) == addresses
