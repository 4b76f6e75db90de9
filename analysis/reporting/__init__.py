"""Pages that hold everything: what was run, what came out, how far to trust it. One way to make them."""
