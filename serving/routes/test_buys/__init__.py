"""The routes of test buys."""
