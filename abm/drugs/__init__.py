"""Drugs: the library, their way from donor or depot through the skin, and what they do to cells (R27-R30)."""
