"""One module per dataset: how a release is recognised and read."""
