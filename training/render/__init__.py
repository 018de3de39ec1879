"""Renders photo-like pictures of one invented hair dryer, genuine and counterfeit, with known cues."""
