"""Mesa's step counter and clock, moved without running the model."""

from __future__ import annotations

import mesa


def advance_to(model: mesa.Model, steps: int) -> None:
    """Bring a model that has made fewer steps to ``steps``, as if it had made empty ones.

    Mesa 3.3 only counts steps, 3.5 also keeps a queue of events that would catch up on every step left out.  Letting
    it step over an empty function is right for both.

    Raises
    ------
    ValueError
        If the model has already gone further.
    """
    if model.steps > steps:
        raise ValueError(f"a model at step {model.steps} cannot go back to step {steps}; build a new one")
    user_step = model._user_step
    model._user_step = lambda: None
    try:
        while model.steps < steps:
            model.step()
    finally:
        model._user_step = user_step
