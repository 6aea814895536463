"""Number tables, logs and encoded data, and documents that hold some of them."""

import base64

import pytest

from filters.rules.tables_and_logs import TablesAndLogs
from tests.filters.rules.judging import check_adversarial, judge_text

BYTES = bytes((number * 7919 >> 3) % 256 for number in range(900))
PROSE = "서버가 시작되지 않으면 먼저 기록을 확인합니다. 설정 파일을 열어 주소를 고친 다음 서비스를 다시 시작하세요. 그래도 되지 않으면 문의합니다.\n"
TABLE = "\n".join(f"서울 {1000 + row * 37} {900 - row} {row},{row * 13 % 900 + 100} {row}.5%" for row in range(10, 30))
LOG = "\n".join(f"2024-01-15 10:20:{second} ERROR [main] com.example.App - failed" for second in range(10, 40))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (TABLE, "number_table"),
        ("\n".join("0.123,45.100,7.25,99.001" for _ in range(20)), "number_table"),
        (
            "| 연도 | 매출 |\n|---|---|\n" + "\n".join(f"| {year} | 12,345 | 6.7% |" for year in range(2000, 2020)),
            "number_table",
        ),
        (" ".join(str(number * 31) for number in range(200)), "number_table"),
        ("\n".join("08:50 15:08 18:33 10:38 06:25" for _ in range(10)), "number_table"),
        (LOG, "log_file"),
        ("\n".join('10.0.0.1 - - [10/Oct/2023:13:55:36 +0900] "GET / HTTP/1.1" 200 5' for _ in range(9)), "log_file"),
        ("\n".join(f"[2024-01-10 11:22:{second}] 경고: 사용자 로그인 실패" for second in range(10, 30)), "log_file"),
        ("java.lang.Error: no\n" + "\n".join(f"\tat com.example.Foo.bar(Foo.java:{line})" for line in range(9)), "log_file"),
        ("\n".join('{"level":"info","ts":1600000000.1,"msg":"done"}' for _ in range(9)), "log_file"),
        (base64.b64encode(BYTES).decode(), "encoded_blob"),
        (BYTES.hex(), "encoded_blob"),
        (BYTES.hex(" "), "encoded_blob"),
        (", ".join(f"0x{byte:02x}" for byte in BYTES), "encoded_blob"),
        ("".join(f"%{byte:02X}" for byte in BYTES), "encoded_blob"),
        ("그림: data:image/png;base64," + base64.b64encode(BYTES).decode(), "encoded_blob"),
        ("첨부의 내용은 이렇습니다.\n" + base64.encodebytes(BYTES).decode(), "encoded_blob"),
    ],
)
def test_what_dominates_fails(text: str, rule: str) -> None:
    assert rule in [failure.rule for failure in judge_text(TablesAndLogs(), text)]


@pytest.mark.parametrize(
    "text",
    [
        PROSE * 3 + LOG[:60] + "\n" + PROSE,
        PROSE * 12 + TABLE[:200] + "\n" + PROSE * 3,
        PROSE * 6 + BYTES[:32].hex(),
        "제10조의2제1항을 위반하여 2010. 4. 30. 개정된 규정 제3호(2011.3.28.)에 따라 1천분의 18을 적용한다.\n" * 5,
        "[민수] [오후 3:21] 야 오늘 몇 시에 봐?\n[지은] [오후 3:22] 7시 강남역 어때\n[민수] [오후 3:22] 좋아\n[지은] [오후 3:25] 이따 봐",
        "1\n00:00:01,000 --> 00:00:03,500\n안녕하세요, 여러분.\n\n2\n00:00:04,000 --> 00:00:07,200\n발효의 원리를 배웁니다.",
        "자세한 내용은 https://example.com/" + "a1B2" * 40 + " 에 있습니다. " + PROSE,
        "## test_create_user_with_duplicate_email_returns_conflict_status\n" + PROSE,
    ],
)
def test_documents_with_some_stay(text: str) -> None:
    assert judge_text(TablesAndLogs(), text) == []


def test_value_and_detail() -> None:
    (failure,) = judge_text(TablesAndLogs(), LOG)
    assert failure == ("log_file", 1.0, 0.5, "30 stamp of 30 lines")
    assert judge_text(TablesAndLogs(max_log_lines=1.0), LOG) == []
    with pytest.raises(ValueError, match="tables_and_logs: max_blob_share"):
        TablesAndLogs(max_blob_share=1.5)


def test_adversarial() -> None:
    check_adversarial(TablesAndLogs(), "")
    for text in (
        "1" * 500_000,
        "1 " * 300_000,
        "A" * 500_000,
        ":10" * 200_000,
        "ab " * 200_000,
        "%AB" * 200_000,
        "a@" * 300_000,
    ):
        assert judge_text(TablesAndLogs(), text) == judge_text(TablesAndLogs(), text)


def test_builds_queries_and_escapes() -> None:
    build = "\n".join(f"[{n}/90] CC src/mod_{n}.o\n경고: 검사되지 않은 호출 Line {n * 7}" for n in range(12))
    assert "log_file" in [failure.rule for failure in judge_text(TablesAndLogs(), build)]
    queries = "\n".join(f"SELECT * FROM TB WHERE NO = {n};\n{n} rows affected (8{n} ms)\nCOMMIT;" for n in range(12))
    assert "log_file" in [failure.rule for failure in judge_text(TablesAndLogs(), queries)]
    address = "인증서\nhttps://example.com/?q=" + "%EB%97%AD%EB%A2%87" * 30
    assert "encoded_blob" in [failure.rule for failure in judge_text(TablesAndLogs(), address)]
