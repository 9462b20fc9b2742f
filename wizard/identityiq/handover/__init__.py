"""From a profile back to IdentityIQ: merge file, rollback, the card to type from, applied and undone."""
