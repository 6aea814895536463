"""What the exam counts: kept, dropped, rightly named."""

from benchmarks.quality import Group
from filters.document import Failure


def test_shares_of_a_group() -> None:
    failures = [[], [Failure("korean_spam_loan")], [Failure("length_min"), Failure("korean_spam_loan_x")], [Failure("other")]]
    group = Group("loan", ["a", "b", "c", "d"], failures=failures, peer=[True, False])
    assert group.kept == 0.25
    assert group.peer_kept == 0.5
    assert group.named(("korean_spam_loan",)) == 0.5
    assert group.named(("korean_spam_adult", "other")) == 0.25


def test_an_empty_group() -> None:
    assert Group("none", []).kept == 0
