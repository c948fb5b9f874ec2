"""Prevention mechanisms: the table of a state, and variables of a panel."""
