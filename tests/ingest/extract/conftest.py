from __future__ import annotations

import pytest

from ingest.extract import Extractor, open_extractor


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    """The models load once for all tests."""
    return open_extractor("local", threads=1)
