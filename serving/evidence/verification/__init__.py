"""Verifies evidence files without a server: any changed byte, and what a file that holds does and does not prove."""
