"""What an evidence file says: sections that each area supplies, and the parts that go into the ZIP."""
