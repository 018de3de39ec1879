"""A simulated year of a marketplace and its members, driven through the real API: demo data, load and proof."""
