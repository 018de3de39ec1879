"""What happened in a simulation, recorded by itself, and the figures that follow from it by arithmetic of its own."""
