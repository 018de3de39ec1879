"""Benchmarks of members and keys."""
