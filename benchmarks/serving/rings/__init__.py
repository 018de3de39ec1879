"""Rings of sellers, planted among honest ones: how well investigations find them."""
