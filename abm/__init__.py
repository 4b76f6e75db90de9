"""Cells, fields, matrix and vessels of healing skin, as a Mesa model over columns."""
