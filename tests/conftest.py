"""No test sees the settings, or the store, of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

# A busy machine makes no test fail: what hangs is stopped by pytest's own timeout.
settings.register_profile("kb", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("kb")


@pytest.fixture(scope="session", autouse=True)
def _own_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("kb")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("KB_") and not name.startswith(("KB_TEST_", "KB_REGENERATE")):
                patch.delenv(name)
        # The cache stays the user's: unpacking the model takes seconds and is tested on its own.
        patch.setenv("KB_HOME", str(folder / "store"))
        patch.setenv("KB_CONFIG", str(folder / "none.toml"))
        yield
