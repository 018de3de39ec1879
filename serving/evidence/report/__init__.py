"""The report: the sections as a PDF, to be read and printed."""
