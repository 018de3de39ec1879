"""Measures test buys: what their plans find, and how often the truth lies in their intervals."""
