"""When something is due: business hours of a country, and the periods that a law sets."""
