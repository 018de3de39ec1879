"""What the people of the simulation do, each through the API with a key of their own."""
