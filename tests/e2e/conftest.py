"""One running product for all tests that leave it as they found it; its log stands beside every failure."""

from collections.abc import Generator, Iterator

import pytest

from tests.e2e.product import Product, running


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("product")) as product:
        yield product


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed and isinstance(item, pytest.Function):
        products = [value for value in item.funcargs.values() if isinstance(value, Product)]
        report.sections += [("the product", product.tail()) for product in products]
    return report
