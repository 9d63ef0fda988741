import os
from collections.abc import Iterator

import pytest

from tests.product import Product


@pytest.fixture(scope="module")
def product(
    django_db_setup: None, django_db_blocker: object, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Product]:
    """Workers on the tests' database; a test starts what it needs beside them."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        product = Product(tmp_path_factory.mktemp("processes"))
    try:
        yield product
    finally:
        product.stop()
        if os.environ.get("CI") and (logs := sorted(product.logs.glob("*.log"))):
            for log in logs:
                print(f"--- {log.name}\n{log.read_text()[-3000:]}")
