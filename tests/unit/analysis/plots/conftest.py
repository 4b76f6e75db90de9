"""Stores whose fields are changed, to know what pictures of them have to show."""

from collections.abc import Callable

import pytest
import xarray as xr

from mendsim import analysis


@pytest.fixture
def changed(make_store) -> Callable[..., xr.DataTree]:
    """Return a function that opens a synthetic store and replaces some of its fields."""

    def change(fields: Callable[[xr.Dataset], dict] | None = None, **options) -> xr.DataTree:
        run = analysis.open_run(make_store(**options)).copy()
        data = run["fields"].to_dataset().load()
        if fields is not None:
            data = data.assign(fields(data))
        return run.assign(fields=xr.DataTree(data))

    return change
