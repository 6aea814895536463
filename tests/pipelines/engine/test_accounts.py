"""Accounts by columns are the accounts of the documents one by one."""

import numpy as np
import pyarrow as pa

from filters.batch import Finding
from pipelines.engine.accounts import account, findings_batch
from pipelines.engine.ledger import LEDGER_SCHEMA, Tally

ROWS = [
    ("a", "web", "korean", "ko", 10),
    ("b", "web", "korean", "ko", 20),
    ("c", "dump", "", "tr", 30),
    ("d", "dump", "code", "python", 40),
]
BATCH = pa.RecordBatch.from_pydict(
    {
        "id": [row[0] for row in ROWS],
        "source": [row[1] for row in ROWS],
        "uri": ["u"] * len(ROWS),
        "segment": [row[2] for row in ROWS],
        "language": [row[3] for row in ROWS],
    }
)
SIZES = np.array([row[4] for row in ROWS])


def test_sums_by_source_segment_and_language() -> None:
    tally = Tally()
    account(tally, BATCH, SIZES, lost=[("dropped", np.array([False, True, True, False]))], kept_sizes=SIZES - 1)
    tally.check("here")
    assert tally.counts == {"in": 4, "kept": 2, "dropped": 2, "duplicate": 0, "contaminated": 0, "unreadable": 0, "edited": 0}
    stats = tally.stats
    assert (stats["text_bytes_in"], stats["text_bytes_kept"]) == (100, 48)
    assert stats["segments"] == {"korean": {"documents": 1, "text_bytes": 9}, "code": {"documents": 1, "text_bytes": 39}}
    assert stats["languages"] == {"ko": {"documents": 1, "text_bytes": 9}, "python": {"documents": 1, "text_bytes": 39}}
    assert {name: (row["in"], row["kept"], row["dropped"]) for name, row in stats["sources"].items()} == {
        "web": (2, 1, 1),
        "dump": (2, 1, 1),
    }


def test_every_failure_of_a_document_stands_in_its_row_in_the_order_of_telling() -> None:
    tally = Tally()
    found = [
        Finding("short", np.array([1, 2]), np.array([5, 6]), 50),
        Finding("strange", np.array([2]), np.array([np.nan]), None, ["identified as 'tr'"]),
    ]
    batch = findings_batch(tally, BATCH, SIZES, action="dropped", findings=found)
    assert batch is not None
    assert batch.schema == LEDGER_SCHEMA
    rows = batch.to_pylist()
    assert [(row["id"], row["action"], row["text_bytes"], row["language"]) for row in rows] == [
        ("b", "dropped", 20, "ko"),
        ("c", "dropped", 30, "tr"),
    ]
    assert [[(f["rule"], f["value"], f["threshold"], f["detail"]) for f in row["failures"]] for row in rows] == [
        [("short", 5.0, 50.0, "")],
        [("short", 6.0, 50.0, ""), ("strange", None, None, "identified as 'tr'")],
    ]
    assert tally.stats["rules"] == {"short": {"documents": 2, "text_bytes": 50}, "strange": {"documents": 1, "text_bytes": 30}}


def test_edited_documents_are_counted_and_duplicates_name_the_one_kept() -> None:
    tally = Tally()
    found = [Finding("pii_person", np.array([0]), np.array([2.0]), None)]
    batch = findings_batch(
        tally, BATCH, SIZES, action="edited", findings=found, kept_ids=pa.array(["z", "", "", ""], pa.string())
    )
    assert batch is not None
    assert (tally.counts["edited"], batch.column("kept_id").to_pylist()) == (1, ["z"])
    assert findings_batch(tally, BATCH, SIZES, action="edited", findings=[]) is None
