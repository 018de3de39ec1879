"""Simulate a year, check it against its own truth, and serve it: `python -m simulator --help`."""

from simulator.commands import app

app()
