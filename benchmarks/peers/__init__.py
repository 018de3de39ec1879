"""Servers as others build them, each in an environment of its own (benchmarks/setup.sh)."""
