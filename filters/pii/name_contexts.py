"""The words that mark a person's name in Korean: titles behind it, labels and offices in front of it.

Enters: nothing. Leaves: tuples of words, grouped by how far each may be trusted. Offices that mostly go with public figures
(대통령, 장군, 감독, 배우, 시인) are left out on purpose: news and encyclopaedias name them all the time.
"""

from filters.pii.alternation import word_list

HONORIFICS = word_list("""
    씨 님 귀하 선생님 여사님 여사 고객님 회원님 학생 환자분 환자 어르신 학우 학부모님 쌤 형제님 자매님 어머님 아버님 어머니
    아버지 할머니 할아버지 보호자님 손님 승객님 기사님 작가님 어린이
""")
"""Behind a full name; `군` and `양`, which are words as well, are handled apart."""

TITLES = word_list("""
    대표이사 대표 이사장 이사회의장 사장 부사장 회장 부회장 명예회장 전무이사 전무 상무이사 상무 이사 감사 고문 부장 차장
    과장 대리 주임 계장 사원 인턴 팀장 파트장 실장 본부장 부본부장 센터장 지점장 지사장 소장 국장 부국장 처장 단장 원장
    부원장 관장 총장 부총장 학장 학과장 교장 교감 교수 부교수 조교수 명예교수 강사 교사 선생 박사 석사 연구원 선임연구원
    책임연구원 수석연구원 전임연구원 연구위원 선임 책임 수석 매니저 프로 엔지니어 개발자 기획자 디자이너 컨설턴트 변호사
    회계사 세무사 법무사 변리사 노무사 관세사 감정평가사 공인중개사 건축사 기술사 약사 한의사 수의사 간호사 간호부장
    수간호사 전문의 전공의 판사 검사 재판장 부장판사 부장검사 검사장 검찰총장 대법관 재판관 서기 사무장 사무국장 사무총장
    주무관 사무관 서기관 이사관 부이사관 주사 주사보 서기보 감사관 조사관 수사관 심사관 감독관 장학관 장학사 공보관 대변인
    비서관 보좌관 행정관 정책관 기획관 담당관 정책기획관 홍보담당관 장관 차관 청장 차장 시장 부시장 도지사 군수 구청장 읍장
    면장 동장 이장 통장 의원 위원장 부위원장 위원 간사 의장 부의장 총무 기자 부기자 특파원 논설위원 앵커 아나운서 피디 작가
    경정 경감 경위 경사 경장 순경 총경 경무관 치안감 치안정감 형사 소방위 소방경 소방령 소방정 소방감 소방장 소방교 소방사
    소방준감 대위 소령 중령 대령 준장 소장 중장 대장 상사 원사 중사 하사 병장 상병 일병 이병 중위 소위 준위 목사 전도사
    장로 권사 집사 신부 수녀 스님 조합원 회원 조교 코치 트레이너 반장 조장 대원 점장 지배인 실무관 기사
""")
"""Offices, ranks and professions behind a full name."""

TITLES_BEFORE = word_list("""
    대표이사 이사장 총장 학장 교장 교감 교수 변호사 회계사 세무사 법무사 변리사 노무사 판사 검사 재판장 재판관 대법관 기자
    팀장 과장 부장 차장 국장 실장 본부장 센터장 지점장 소장 원장 위원장 주무관 사무관 서기관 장관 차관 청장 구청장 군수
    의원 경위 경감 경사 경장 순경 상무 전무 부사장 사장 회장 계장 주임 대리 간호사 목사 신부 전도사 박사 선생 강사 조교
    연구원 책임연구원 선임연구원 매니저 대표 담당 이름 학생 환자 고객 회원 승객 저자 교사 본인 원생 팀원 명의
""")
"""Offices in front of a name of three syllables."""

FORM_LABELS = word_list("""
    성명 성함 실명 본명 예금주 예금주명 대표자 대표자명 신청인 신청자 신청인명 신청자명 보호자 보호자명 법정대리인 담당자
    담당자명 인사담당자 수신인 수신자 발신인 발신자 수령인 수취인 받는사람 받는분 보내는사람 보내는분 받는이 보낸이
    보낸사람 주문자 주문자명 구매자 구매자명 예약자 예약자명 입금자 입금자명 송금인 의뢰인 의뢰자 계약자 피보험자 수익자
    가입자 환자명 학생명 고객명 회원명 사원명 직원명 원고 피고 피고인 피의자 피해자 고소인 피고소인 고발인 참고인 증인
    목격자 신고자 신고인 민원인 청구인 피청구인 대리인 위임인 수임인 위임자 변호인 판사 재판장 채권자 채무자 임대인 임차인
    매도인 매수인 양도인 양수인 소유자 세대주 배우자 상속인 피상속인 연대보증인 보증인 근로자 작성자 작성인 기안자 확인자
    검토자 결재자 승인자 처리자 평가자 피평가자 책임자 연구책임자 응시자 지원자 추천인 참석자 발표자 출동대장 운전자 차주
    당첨자 수상자 합격자 동의자 서명자 제출자 제보자 요청자 인수자 인계자 상담원 상담사 담당의 주치의 담당의사 고인 상주
    신랑 신부 이용자명 명의자 명의인 계좌주 선장 기장 담임교사 담임선생님 지도교수 조사자 연구자 면접관 진행자 사회자 의장
    서기 간사 교육생 수강생 수강자 수험생 체납자 납세자 납세의무자 거주자명 입주자 입주자명 대표이사 방문자 방문자명 대상자
    과세자 권리자 의무자 교신저자 출원인 발명자 승객명 현장소장 안전관리자
""")
"""Fields of a form and parties of a case: a name may follow with or without a colon."""

COLON_LABELS = word_list("""
    이름 이 담당 대표 수신 발신 참조 참석 기안 검토 결재 승인 문의 문의처 담당부서 감사관 수사관 조사관 담당관 담당공무원
    관리자 공동연구원 연구원 참가자 강사 회장 총무 위원 위원장 팀장 팀원 부장 과장 소장 원장 본부장 센터장 국장 실장 사장
    이사 이사장 교장 교사 교수 담임 기사 저자 지은이 글쓴이 옮긴이 번역 역자 감수 갑 을 병 편집 편집자 기자 글 고객 회원
    학생 환자 학부모 부 모 자녀 본인 배우자명 직원 사원 의사 간호사 변호사 세무사 법무사 공인중개사 중개사 매니저 진행 발표
    사회 주최자 연락 담당연구원 상담 접수자 접수 처리 조치자 보고자 보고 작성 확인 서명 인도인 인수인 배송기사 매도자
    매수자 사용자명 제작자 기획 촬영 디자인 개발자 작가 검사 원고측대리인 소송대리인 변리사 노무사 회계사 통역 판정 심판
    대상자 가해자 공급자대표 동거인 가족 명의 부친 모친 아버지 어머니 남편 아내 친구 동료 상사 후견인 수급자 어린이 원아
    반장
""")
"""Words that announce a name only with a colon behind them (담당: 홍길동)."""

PERSONAL_LABELS = frozenset(
    word_list("""
    성명 성함 실명 본명 예금주 예금주명 계좌주 대표자명 신청인명 신청자명 환자명 학생명 고객명 회원명 사원명 직원명
    입금자명 보호자명
    """)
)
"""Of the labels of forms those that only ever have a name behind them."""

LATIN_LABELS = (
    *("Full Name", "Contact Person", "Account Holder", "Card Holder", "Signed by", "Prepared by", "Guest Name", "영문 성명"),
    *("Principal Investigator", "영문 이름"),
    *word_list("""
    Name NAME Author Contact Attn Attention Applicant Customer Patient Student Representative CEO Manager Sender Recipient
    Cardholder Beneficiary Passenger Guest Employee Reviewer Instructor Professor Speaker Candidate Maintainer From To Cc
    성명 이름 영문명 영문성명 영문이름
    """),
)
"""In front of a romanised name, with a colon."""

LATIN_SURNAMES = word_list("""
    Kim Lee Yi Rhee Park Pak Bak Choi Choe Jung Jeong Chung Kang Gang Cho Jo Yoon Yun Jang Chang Lim Im Rim Han Oh Seo Suh
    Shin Sin Kwon Gwon Hwang Ahn An Song Hong Yoo Yu Ryu You Jeon Jun Ko Goh Koh Go Moon Mun Yang Son Sohn Bae Pae Baek
    Paik Back Heo Hur Huh Nam Sim Shim Noh Roh No Ha Kwak Gwak Sung Seong Cha Joo Ju Woo Koo Gu Ku Min Jin Na Ra Ji Chi Um
    Eom Chae Won Chun Cheon Bang Kong Gong Hyun Ham Byun Byeon Yeom Yum Yeo Chu Choo Do Suk Seok Sun Sul Seol Ma Gil Wi Pyo
    Myung Ki Wang Geum Ok Yook Yuk Maeng Je Tak Kook Namgung Hwangbo Sunwoo Jegal Sagong Dokgo
""")
