"""Diffusing signals: one field, and the solver beneath it."""
