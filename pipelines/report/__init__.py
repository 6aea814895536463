"""The report of a run: RUN's manifests, ledgers and texts enter, one self-contained ``RUN/report.html`` leaves."""

from pipelines.report.page import write_report

__all__ = ["write_report"]
