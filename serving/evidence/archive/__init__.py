"""The ZIP of an evidence file in its one form: written, and read back byte for byte."""
