"""The product as a fixture, for the tests that need real processes."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django.plugin import DjangoDbBlocker

from tests.product import Product

FLUSHES = 5


@pytest.fixture(scope="session")
def product(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
    """Nothing runs yet: a test starts the processes that it needs, and leaves them running."""
    with django_db_blocker.unblock():
        product = Product(tmp_path_factory.mktemp("processes"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            # Of the class: with Playwright's event loop, a thread has a second connection.
            operations = type(connection.ops)
            patch.setattr(operations, "execute_sql_flush", patient(operations.execute_sql_flush))
            yield product
    finally:
        product.stop()
        if os.environ.get("CI"):
            for log in sorted(product.logs.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()[-3000:]}")


def patient(flush: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """A flush between two tests that is tried again where PostgreSQL ended it.

    A worker goes on after a test: its transaction may hold a table that the flush waits for,
    and wait for one that the flush holds. The server then ends one of the two.
    """

    def flush_patiently(operations: Any, statements: Any) -> None:
        for _attempt in range(FLUSHES - 1):
            try:
                return flush(operations, statements)
            except OperationalError as error:
                if "deadlock detected" not in str(error):
                    raise
        return flush(operations, statements)

    return flush_patiently
