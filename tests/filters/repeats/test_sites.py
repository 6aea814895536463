"""Whose pages belong together."""

import pytest

from filters.repeats.sites import site_numbers, site_of


@pytest.mark.parametrize(
    ("uri", "site"),
    [
        ("https://www.example.kr/a/b?c=d", "host/example.kr"),
        ("HTTP://Example.KR:8080/", "host/example.kr"),
        ("https://user:secret@example.kr./x", "host/example.kr"),
        ("https://[2001:db8::1]:80/x", "host/[2001:db8::1]"),
        ("https://말모이.한국/글", "host/말모이.한국"),
        ("s3://bucket/key", "host/bucket"),
        ("file:///a/b", "source/s"),
        ("ko/part-0.jsonl", "source/s"),
        ("https://", "source/s"),
        ("", "source/s"),
        ("://example.kr/", "source/s"),
        ("a" * 100_000 + "://x", "source/s"),
        ("https://" + "@" * 100_000, "source/s"),
    ],
)
def test_site(uri: str, site: str) -> None:
    assert site_of(uri, "s") == site


def test_numbers() -> None:
    uris, sources = ["https://a.kr/1", "https://www.a.kr/2", "x", "https://b.kr/"], ["s", "t", "s", "s"]
    by_site = site_numbers(uris, sources, by="site").tolist()
    assert by_site[0] == by_site[1]
    assert len(set(by_site)) == 3
    by_source = site_numbers(uris, sources, by="source").tolist()
    assert by_source[0] == by_source[2] == by_source[3]
    assert by_source[0] != by_source[1]
    assert by_source[0] == by_site[2]
    assert site_numbers([], [], by="site").tolist() == []
