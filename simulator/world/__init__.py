"""Who and what there is in the simulation: members, sellers, photos, working hours."""
