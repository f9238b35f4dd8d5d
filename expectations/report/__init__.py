"""The validation report: pages a person reads in a browser, with nothing loaded from elsewhere."""

from expectations.report.pages import Entry, Reason, ReviewedDocument, Run, document_page, entry, index_page, page_path

__all__ = ["Entry", "Reason", "ReviewedDocument", "Run", "document_page", "entry", "index_page", "page_path"]
