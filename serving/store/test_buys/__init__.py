"""The rows of test buys: frames, plans, purchases, photos and checklists."""
