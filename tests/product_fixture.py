"""The product as a fixture, for the tests that need real processes."""

import os
from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from tests.product import Product


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
        yield product
    finally:
        product.stop()
        if os.environ.get("CI"):
            for log in sorted(product.logs.glob("*.log")):
                print(f"--- {log.name}\n{log.read_text()[-3000:]}")
