from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_zone_cache(tmp_path_factory: pytest.TempPathFactory):
    """Zones solved by tests are kept for this session of tests alone; its processes share them."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    before = os.environ.get("MENDSIM_CACHE")
    os.environ["MENDSIM_CACHE"] = str(shared / "zones")
    yield
    if before is None:
        del os.environ["MENDSIM_CACHE"]
    else:
        os.environ["MENDSIM_CACHE"] = before
