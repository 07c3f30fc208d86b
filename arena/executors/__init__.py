"""Where matches are played: in this process, or in several."""
