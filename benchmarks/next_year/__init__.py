"""Next year's releases simulated from this year's real files, and what the readers make of them."""
