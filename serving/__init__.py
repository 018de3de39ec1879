"""The HTTP endpoint, its store and its pages."""
