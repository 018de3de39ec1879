"""What a photo's file says of how it was made: a reason to look, and never proof."""
