"""The validation report: pages a person reads in a browser, with nothing loaded from elsewhere."""

from expectations.report.entries import REPEATED_LINE, Entry, Reason, ReviewedDocument, Totals, entry, page_path, totals
from expectations.report.pages import Run, document_page, index_page

__all__ = [
    "REPEATED_LINE", "Entry", "Reason", "ReviewedDocument", "Run", "Totals",
    "document_page", "entry", "index_page", "page_path", "totals",
]  # fmt: skip
