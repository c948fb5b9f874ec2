"""A folder of releases: what it holds, which release is newest, and how to fetch one."""
