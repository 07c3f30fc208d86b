"""Formats: who meets whom. Each is a pure function of the entrants and the results so far."""
