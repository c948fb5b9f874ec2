"""The dated world that sources speak of: states, their codes and names, and episodes of mass killing."""
