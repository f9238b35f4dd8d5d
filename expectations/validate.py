"""Rows in, verdicts out: the only module that touches a Great Expectations context.

Great Expectations takes seconds to import, so this module is imported late.
"""

import logging
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import great_expectations as gx
import pandas as pd
from great_expectations.core import ExpectationSuiteValidationResult, RunIdentifier
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)
from great_expectations.expectations.expectation import Expectation

from expectations.metrics import COLUMNS
from expectations.suites import corpus_suite, document_suite
from expectations.verdicts import Reason

_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["id"],
    "return_unexpected_index_query": False,
}


_TOTALS: dict[str, type] = {
    "n_documents": int,
    "n_published": int,
    "n_duplicates": int,
    "n_quarantined": int,
    "n_unaccounted": int,
    "n_duplicate_ids": int,
    "quarantined_ratio": float,
}


class JudgeError(RuntimeError):
    """The judge could not come to a verdict, which is never a pass."""


class Judge:
    """One run's judge, with a Great Expectations context of its own.

    Use it as a context manager: when it ends without an error, its findings are in `data_docs` as pages.

    Args:
        data_docs: folder for Great Expectations' pages; without one there are none.
    """

    def __init__(self, data_docs: Path | None) -> None:
        sites = {}
        if data_docs is not None:
            sites["report"] = {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(data_docs.resolve()),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
            }
        self._config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(),
            data_docs_sites=sites,
            progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
            analytics_enabled=False,
        )
        self._quiet = ExitStack()

    def __enter__(self) -> Self:
        self._quiet.enter_context(_quiet())
        self._context = gx.get_context(mode="ephemeral", project_config=self._config)
        source = self._context.data_sources.add_pandas("cleancopy")
        self._batches = {
            name: source.add_dataframe_asset(name).add_batch_definition_whole_dataframe("run")
            for name in ("documents", "corpus")
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._quiet:
            if kind is None and self._config.data_docs_sites:
                self._context.build_data_docs()

    def judge_documents(self, rows: Sequence[Mapping[str, Any]] | pd.DataFrame) -> dict[str, tuple[Reason, ...]]:
        """Why documents may not be published.

        Args:
            rows: a document's measurements each, as `expectations.metrics.measure` gives them; or a table of them.

        Returns:
            Reasons by document id, for those that fail only.

        Raises:
            JudgeError: if a row lacks a measurement, or an expectation could not be evaluated.
        """
        table = pd.DataFrame(rows, columns=None if len(rows) else list(COLUMNS))
        reasons: defaultdict[str, list[Reason]] = defaultdict(list)
        if len(table):
            if not all(name in table and _are(table[name], kind) for name, kind in COLUMNS.items()):
                for row in table.to_dict("records"):
                    _check(row, COLUMNS)
            for expectation, failures in self._judge("documents", table, document_suite()):
                for failure in failures:
                    reasons[failure["id"]].append(_reason(expectation, failure))
        failing = table["id"][table["id"].isin(list(reasons))]
        return {name: tuple(reasons[name]) for name in failing}

    def judge_corpus(self, totals: Mapping[str, Any]) -> tuple[Reason, ...]:
        """Why the corpus as a whole may not be published.

        Args:
            totals: n_documents, n_published, n_duplicates, n_quarantined, n_unaccounted, n_duplicate_ids, and
                quarantined_ratio, the share of the documents that could be read.

        Raises:
            JudgeError: if a total is missing, or an expectation could not be evaluated.
        """
        _check(totals, _TOTALS)
        found = self._judge("corpus", pd.DataFrame([{"id": "corpus", **totals}]), corpus_suite())
        return tuple(_reason(expectation, failure) for expectation, failures in found for failure in failures)

    def _judge(
        self, name: str, rows: pd.DataFrame, expectations: Sequence[Expectation]
    ) -> list[tuple[Expectation, list[dict[str, Any]]]]:
        """Each expectation with the rows that fail it: their id and the value of the column it judges."""
        suite = self._context.suites.add_or_update(gx.ExpectationSuite(name, expectations=list(expectations)))
        definition = gx.ValidationDefinition(name=name, data=self._batches[name], suite=suite)
        found = self._context.validation_definitions.add_or_update(definition).run(
            batch_parameters={"dataframe": rows},
            result_format=_RESULT_FORMAT,
            run_id=RunIdentifier(run_name=name),
        )
        return _failures(found, expectations)


def _failures(
    found: ExpectationSuiteValidationResult, expectations: Sequence[Expectation]
) -> list[tuple[Expectation, list[dict[str, Any]]]]:
    """Great Expectations drops what it does not know and hides what raises inside a result; here both are errors."""
    results = {result.expectation_config.type: result for result in found.results}
    if len(results) != len(expectations):
        raise JudgeError(f"{len(results)} of {len(expectations)} expectations were evaluated: {', '.join(results)}.")
    failures = []
    for expectation in expectations:
        result = results[expectation.expectation_type]
        if "unexpected_count" not in result.result:
            raise JudgeError(f"{type(expectation).__name__} could not be evaluated: {result.exception_info}")
        failures.append((expectation, list(result.result["unexpected_index_list"] or ())))
    return failures


def _are(column: pd.Series, kind: type) -> bool:
    """Whether all values are of a kind, and none is missing."""
    if column.dtype == object:
        return kind is str and set(map(type, column)) == {str}
    return bool(column.dtype == kind.__name__ and not column.hasnans)


def _check(row: Mapping[str, Any], columns: Mapping[str, type]) -> None:
    """Great Expectations passes what it is not told; here a missing number is an error."""
    for name, kind in columns.items():
        value = row.get(name)
        if type(value) is not kind or value != value:  # only NaN differs from itself
            raise JudgeError(f"{row.get('id', 'The corpus')}: {name} should be {kind.__name__} and is {value!r}.")


@contextmanager
def _quiet() -> Iterator[None]:
    """Neither warnings nor log records of Great Expectations, whose errors we raise ourselves."""
    logger = logging.getLogger("great_expectations")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _reason(expectation: Expectation, failure: Mapping[str, Any]) -> Reason:
    return Reason(type(expectation).__name__, expectation.reason.format(value=failure[expectation.column]))
