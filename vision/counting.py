"""Counts in words."""


def counted(n: int, noun: str) -> str:
    """Such as `1 photo` and `2 photos`; for nouns whose plural takes an s."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
