"""Words that filler is made of: pronouns as translation software leaves them, and formulas of courtesy.

Enters nothing; leaves two sets of whole words. Korean drops a pronoun that the context gives and has no articles, so text
that says 그것은, 당신의 or 그들을 in every sentence was carried over word for word (Baker 1996 on translated language). Both
sets only count: any of the words is good Korean in its place.
"""

#: One text each.
_PARTICLES = """
은 는 이 가 을 를 의 에 에게 에게서 로 으로 와 과 도 만 에서 보다 처럼 들 들은 들이 들을 들의 들에게
"""
_STEMS = ("당신", "당신들", "그것", "그것들", "그들", "그녀", "그녀들", "이것", "이것들", "저것")
_POLITE = """
감사합니다 감사드립니다 감사하겠습니다 감사의 감사를 감사한 고맙습니다 고객님 고객님의 고객님께
고객님을 고객님들의 고객님께서 고객 여러분 여러분의 여러분께 회원님 회원님의 안녕하세요 안녕하십니까
반갑습니다 환영합니다 항상 늘 언제나 저희 저희를 저희는 저희가 이용해 이용하여 방문해 찾아
찾아주셔서 이용해주셔서 주셔서 주신 주시는 주시고 주시기 아껴 사랑해 사랑과 성원에 성원과 관심과
관심을 관심에 많은 이용 이용을 부탁드립니다 부탁드리겠습니다 부탁합니다 바랍니다 바라겠습니다
기원합니다 기원드립니다 행복한 행복하세요 행복하시고 행복이 즐거운 좋은 하루 하루가 되세요 되시기
되십시오 보내세요 보내시기 보내십시오 건강하세요 건강하시고 건강과 행복을 가득하시길 최선을
다하겠습니다 다하는 노력하겠습니다 노력하는 되겠습니다 드리겠습니다 드립니다 드려 드리며 더욱 더
앞으로도 앞으로 대단히 진심으로 깊이 불편을 불편하신 점 죄송합니다 죄송하다는 말씀 말씀을 양해
양해를 양해해 문의해 문의하신 문의사항은 언제든지 연락 소중한 소중히 귀한 시간 내어 거듭 다시 한번
보답하겠습니다 모시겠습니다 뵙겠습니다 찾아뵙겠습니다
"""

#: Third and second person pronouns with any particle.
PRONOUNS = frozenset(f"{stem}{particle}" for stem in _STEMS for particle in ("", *_PARTICLES.split())) | {
    "그의",
    "그를",
    "그에게",
}

#: Words of the formulas with which firms and offices thank, greet, excuse themselves and take their leave.
POLITE = frozenset(_POLITE.split())
