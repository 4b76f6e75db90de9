"""The cells and vessels of the skin: columns and rules of each kind, with kernels beside them."""
