"""How the sources are laid out, in figures: `python -m tests.structure` prints each, and what breaks its limit."""
