import pytest

from filters.pii.recognisers.ip_address import IpAddress
from tests.filters.pii.found import SENTENCES, found


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "192.168.0.1",
        "10.0.0.5",
        "172.16.254.1",
        "211.234.12.7",
        "255.255.255.0",
        "１９２．１６８．０．１",
        "2001:db8::1",
        "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
        "fe80::1ff:fe23:4567:890a",
        "::ffff:192.168.0.1",
    ],
)
def test_forms(address: str, sentence: str) -> None:
    assert found(IpAddress(), sentence.format(address)) == [address]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("접속 IP: 1.2.3.4", ["1.2.3.4"]),
        ("서버 주소는 3.4.5.6입니다", ["3.4.5.6"]),
        ("http://1.2.3.4/index", ["1.2.3.4"]),
        ("1.2.3.4:8080", ["1.2.3.4"]),
        ("9.9.0.0/16 대역", ["9.9.0.0"]),
        ("192.168.0.1,10.0.0.1-10.0.0.9", ["192.168.0.1", "10.0.0.1", "10.0.0.9"]),
        ("[2001:db8::2]:80", ["2001:db8::2"]),
        ("IP:2001:db8::7: 응답", ["2001:db8::7"]),
        ("localhost는 ::1 주소", ["::1"]),
        ("fe80::1%eth0", ["fe80::1%eth0"]),
        ("1.2.3.4", []),
        ("1.2.3.4 시스템 구성", []),
        ("1.1.1.1 개요", []),
        ("10.1.2.3 서버 구성", []),
        ("제3.1.4.2절", []),
        ("3.2.1.4항", []),
        ("그림 200.1.4.2", []),
        ("버전 1.2.3.4", []),
        ("버전 120.0.99.1", []),
        ("Chrome/120.0.0.0", []),
        ("v1.2.3.4", []),
        ("1.2.3.4.5", []),
        ("256.1.1.1", []),
        ("192.168.01.1", []),
        ("std::vector", []),
        ("a::b", []),
        ("crate::add::fe", []),
        ("12:30:45", []),
        ("00:1A:2B:3C:4D:5E", []),
        ("", []),
    ],
)
def test_context_and_look_alikes(text: str, addresses: list[str]) -> None:
    assert found(IpAddress(), text) == addresses
