"""Blood vessels: how they lie, what flows in them, what they deliver, and how they grow, widen and regress."""
