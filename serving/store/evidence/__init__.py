"""What evidence files need of the store: their part of the audit log, and the record that one was made."""
