"""Base64, hexadecimal, percent-encoding, keys, data URIs and minified JSON, with at most a line of Korean around."""

import base64
import urllib.parse

from .draw import Draw, items

_HEADS = items(
    """첨부파일 / 이미지 데이터 / 공개키 / 서명값 / 암호화된 본문 / 인증서 / 아래 값을 복사하세요 / 원본 보기 / 토큰 /
    해시 목록 / 내보내기 결과 / 메일 원문"""
)


def make(draw: Draw) -> str:
    body = draw.random.choice([_base64, _base64, _hexadecimal, _percent, _uri, _hashes, _escapes])(draw)
    parts = [draw.one(_HEADS) for _ in range(draw.whole(0, 3))]
    return "\n".join([*parts, body])


def _bytes(draw: Draw) -> bytes:
    return draw.random.randbytes(draw.whole(300, 1800))


def _wrapped(draw: Draw, text: str) -> str:
    width = draw.random.choice([64, 76, 120, 100_000])
    return "\n".join(text[start : start + width] for start in range(0, len(text), width))


def _base64(draw: Draw) -> str:
    body = _wrapped(draw, base64.b64encode(_bytes(draw)).decode())
    return draw.random.choice(
        [
            body,
            f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----",
            f"Content-Transfer-Encoding: base64\n\n{body}",
        ]
    )


def _hexadecimal(draw: Draw) -> str:
    return (
        _wrapped(draw, _bytes(draw).hex(draw.random.choice([" ", ":", "-"])))
        if draw.chance(0.6)
        else _wrapped(draw, _bytes(draw).hex())
    )


def _percent(draw: Draw) -> str:
    text = "".join(chr(draw.whole(0xAC00, 0xD7A3)) for _ in range(draw.whole(60, 250)))
    return "https://example.com/?q=" + urllib.parse.quote(text)


def _uri(draw: Draw) -> str:
    return f'<img src="data:image/png;base64,{base64.b64encode(_bytes(draw)).decode()}">'


def _hashes(draw: Draw) -> str:
    return "\n".join(
        f"{draw.random.randbytes(draw.random.choice([16, 20, 32])).hex()}  file{n}.bin" for n in range(draw.whole(10, 40))
    )


def _escapes(draw: Draw) -> str:
    return '{"data":"' + "".join(f"\\u{draw.whole(0xAC00, 0xD7A3):04x}" for _ in range(draw.whole(80, 300))) + '"}'
