"""Raters: how strong each entrant is. Each is a pure function of the results."""
