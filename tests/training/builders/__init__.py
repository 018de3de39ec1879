"""What training tests build: networks, head data, run folders."""
