"""Measures Touchstone beside other ways to serve the same network. See README.md."""
