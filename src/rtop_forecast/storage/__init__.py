"""Files written whole or not at all, folders under a manifest of hashes, bundled tables, the cache."""
