"""The administrative divisions of South Korea: the upper levels of every address.

Enters: nothing. Leaves: names as people write them. The provinces and metropolitan cities with the names of 2023 and 2024
(강원특별자치도, 전북특별자치도) and the old ones; all cities, counties and districts (Ministry of the Interior and Safety,
status of administrative districts, 2024, with those of Incheon from 2026).
"""

from filters.pii.alternation import word_list

PROVINCES = word_list("""
    서울특별시 서울시 서울 부산광역시 부산시 부산 대구광역시 대구시 대구 인천광역시 인천시 인천 광주광역시 광주시 광주
    대전광역시 대전시 대전 울산광역시 울산시 울산 세종특별자치시 세종시 세종 경기도 경기 강원특별자치도 강원도 강원
    충청북도 충북 충청남도 충남 전북특별자치도 전라북도 전북 전라남도 전남 경상북도 경북 경상남도 경남 제주특별자치도
    제주도 제주
""")

BARE_CITIES = word_list("""
    수원 성남 의정부 안양 부천 광명 평택 동두천 안산 고양 과천 구리 남양주 오산 시흥 군포 의왕 하남 용인 파주 이천 안성
    김포 화성 광주 양주 포천 여주 춘천 원주 강릉 동해 태백 속초 삼척 청주 충주 제천 천안 공주 보령 아산 서산 논산 계룡 당진
    전주 군산 익산 정읍 남원 김제 목포 여수 순천 나주 광양 포항 경주 김천 안동 구미 영주 영천 상주 문경 경산 창원 진주 통영
    사천 김해 밀양 거제 양산 제주 서귀포 마산 진해 청원
""")
"""Cities without 시, as after a province in short forms (전북 전주 완산구)."""

_COUNTIES = word_list("""
    연천 가평 양평 홍천 횡성 영월 평창 정선 철원 화천 양구 인제 고성 양양 보은 옥천 영동 증평 진천 괴산 음성 단양 금산 부여
    서천 청양 홍성 예산 태안 완주 진안 무주 장수 임실 순창 고창 부안 담양 곡성 구례 고흥 보성 화순 장흥 강진 해남 영암 무안
    함평 영광 장성 완도 진도 신안 군위 의성 청송 영양 영덕 청도 고령 성주 칠곡 예천 봉화 울진 울릉 의령 함안 창녕 남해 하동
    산청 함양 거창 합천 달성 강화 옹진 울주 기장 연기 청원
""")
_DISTRICTS = word_list("""
    종로구 중구 용산구 성동구 광진구 동대문구 중랑구 성북구 강북구 도봉구 노원구 은평구 서대문구 마포구 양천구 강서구
    구로구 금천구 영등포구 동작구 관악구 서초구 강남구 송파구 강동구 서구 동구 영도구 부산진구 동래구 남구 북구 해운대구
    사하구 금정구 연제구 수영구 사상구 수성구 달서구 미추홀구 연수구 남동구 부평구 계양구 광산구 유성구 대덕구 장안구
    권선구 팔달구 영통구 수정구 중원구 분당구 만안구 동안구 원미구 소사구 오정구 상록구 단원구 덕양구 일산동구 일산서구
    처인구 기흥구 수지구 상당구 서원구 흥덕구 청원구 동남구 서북구 완산구 덕진구 의창구 성산구 마산합포구 마산회원구 진해구
    제물포구 영종구 검단구 일산구
""")

SIGUNGU = (*(f"{name}시" for name in BARE_CITIES), *(f"{name}군" for name in _COUNTIES), *_DISTRICTS)
"""Every city, county and district, 마산, 진해, 청원, 연기 and 일산구, which are no more, included."""
