"""Every figure of the API beside the simulation's own truth."""
