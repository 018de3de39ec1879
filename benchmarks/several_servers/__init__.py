"""What several servers of one store cost and gain."""
