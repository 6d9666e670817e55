"""One product and one browser for all stories; each story has projects of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.web.browser.house import House, at_home


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def household(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with at_home(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def house(household: House) -> AsyncIterator[House]:
    """The product; afterwards no browser has complained, and none has asked another host."""
    household.watch.complaints.clear()
    yield household
    for context in household.browser.contexts:
        await context.close()
    assert not household.watch.complaints
