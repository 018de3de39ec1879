"""The operator's key pair, and what it signs: bytes of an archive, and a PDF."""
