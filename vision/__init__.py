"""From photo bytes to a verdict: the part that training, export, evaluation and serving share."""
