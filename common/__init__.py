"""What every layer shares: errors a user can act on, parameter files, the lattice, counter-based randomness."""
