"""The pages about IdentityIQ: read its settings, test as it will, hand over, watch its mail. Loaded when one is opened."""
