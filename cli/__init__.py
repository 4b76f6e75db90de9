"""The command ``mendsim``."""
