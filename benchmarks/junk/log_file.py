"""Logs: web servers, system logs, applications with Korean messages, stack traces, build output, SQL, game servers."""

from collections.abc import Callable

from .draw import Draw, items

_WORDS = {
    "level": items("INFO / WARN / ERROR / DEBUG / TRACE / FATAL / NOTICE"),
    "part": items(
        """com.shop.order.OrderService / k.c.api.PayController / o.s.web.servlet.DispatcherServlet / batch.DailyJob /
        net.ChannelHandler / auth.TokenFilter / db.pool.Hikari / core.Scheduler / kafka.Consumer / io.FileLoader /
        cache.RedisClient / util.MailSender"""
    ),
    "host": items("web01 / db-master / was{n:1-9} / node{n:10-40} / gw{n:1-4} / localhost / batch{n:1-3}"),
    "path": items(
        """/index.do / /board/list?page={n:1-90} / /api/v{n:1-3}/users/{n:10-9999} / /static/js/app.{n:100-999}.js / /login /
        /images/banner{n:1-40}.png / /search?q=%ED%95%9C%EA%B5%AD / /favicon.ico / /product/{n:1000-9999}"""
    ),
    "say": items(
        """사용자 {n:100-9999} 로그인 성공
        주문 {n:10000-99999} 처리 완료 ({n:3-900}ms)
        DB 연결 실패, {n:1-9}회 재시도
        파일을 찾을 수 없습니다: /data/in_{n:1-99}.csv
        배치 작업 시작 jobId={n:100-999}
        배치 작업 종료 처리건수={n:0-9999} 오류건수={n:0-9}
        세션 만료 sid={n:100000-999999}
        응답 지연 감지 elapsed={n:1000-9000}ms
        캐시 갱신 key=user:{n:1-999}
        메모리 사용률 {n:40-98}%
        소켓 연결 종료 code={n:1000-1011}
        결제 승인 요청 tid={n:100000-999999}
        java.lang.NullPointerException: null
        Connection timed out after {n:1000-30000} ms
        메일 발송 실패 rc={n:400-550}
        인증 토큰 갱신됨"""
    ),
}
_TRACE = items(
    """\tat com.shop.order.OrderService.place(OrderService.java:{n:10-400})
    \tat org.springframework.web.method.HandlerMethod.invoke(HandlerMethod.java:{n:10-400})
    \tat java.base/java.lang.Thread.run(Thread.java:{n:100-900})
    Caused by: java.sql.SQLException: 제약 조건 위반 ORA-{n:10000-20000}
      File "/app/batch/run.py", line {n:3-400}, in main
    \t... {n:3-40} more
    org.hibernate.exception.LockTimeoutException: 잠금 대기 시간 초과
    Traceback (most recent call last):"""
)
_BUILD = items(
    """[{n:1-90}/90] CC src/mod_{n:1-60}.o
    > Task :app:compileJava UP-TO-DATE
    경고: [unchecked] 검사되지 않은 호출 Line {n:10-900}
    Downloading pkg-{n:1-9}.{n:0-20}.{n:0-9}.tgz ({n:10-900} kB)
    test_{n:1-90} ... ok ({n:1-90} ms)
    [INFO] Building jar: target/app-{n:1-9}.{n:0-9}.jar
    make[{n:1-3}]: 디렉터리 'build/{n:1-30}' 들어감
    Step {n:1-20}/20 : RUN apt-get update
    진행률 {n:1-100}% ({n:1-99}/99)
    링크 중 libcore.so.{n:1-9}"""
)
_SQL = items(
    """SELECT * FROM TB_USER WHERE USER_NO = {n:100-9999};
    INSERT INTO TB_ORDER (ORD_NO, STATUS) VALUES ({n:1000-9999}, '완료');
    UPDATE TB_STOCK SET QTY = QTY - {n:1-9} WHERE ITEM_ID = {n:10-999};
    {n:1-99} rows affected ({n:1-900} ms)
    # Query_time: {n:1-9}.{n:100000-999999} Lock_time: 0.000{n:100-999} Rows_sent: {n:1-900}
    COMMIT;
    쿼리 실행 계획: INDEX RANGE SCAN IDX_{n:1-30}"""
)


def make(draw: Draw) -> str:
    return "\n".join(draw.random.choice([_application, _application, _web, _system, _of(_BUILD), _of(_SQL)])(draw))


def _of(templates: tuple[str, ...]) -> Callable[[Draw], list[str]]:
    return lambda draw: draw.lines(templates, _WORDS, 15, 50)


def _stamp(draw: Draw, row: int) -> str:
    day = f"20{draw.whole(18, 25)}-{draw.whole(1, 12):02}-{draw.whole(1, 28):02}"
    return f"{day} {row // 6 % 24:02}:{row * 7 % 60:02}:{draw.whole(0, 59):02}"


def _application(draw: Draw) -> list[str]:
    form = draw.random.choice(
        [
            "{stamp} {level} [{thread}] {part} - {say}",
            "[{stamp}] [{level}] {say}",
            "{stamp},{ms} {level} {part}: {say}",
            "{level} {stamp} {say}",
        ]
    )
    rows: list[str] = []
    for row in range(draw.whole(12, 45)):
        head = (
            form.replace("{stamp}", _stamp(draw, row))
            .replace("{thread}", f"exec-{draw.whole(1, 40)}")
            .replace("{ms}", f"{draw.whole(0, 999):03}")
        )
        rows.append(draw.fill(head, _WORDS))
        if draw.chance(0.12):
            rows += draw.lines(_TRACE, _WORDS, 2, 5)
    return rows


def _web(draw: Draw) -> list[str]:
    row = (
        "10.{n:0-255}.{n:0-255}.{n:1-254} - - [{n:1-28}/Mar/2024:{n:10-23}:{n:10-59}:{n:10-59} +0900] "
        '"GET {path} HTTP/1.1" {n:200-504} {n:100-90000}'
    )
    tail = draw.random.choice(["", ' "-" "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"'])
    return [draw.fill(row, _WORDS) + tail for _ in range(draw.whole(12, 40))]


def _system(draw: Draw) -> list[str]:
    row = "Mar {n:1-28} {n:10-23}:{n:10-59}:{n:10-59} {host} sshd[{n:100-9999}]: {say}"
    return [draw.fill(row, _WORDS) for _ in range(draw.whole(12, 40))]
