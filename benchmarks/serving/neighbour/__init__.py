"""A server beside another program that keeps a processor busy."""
