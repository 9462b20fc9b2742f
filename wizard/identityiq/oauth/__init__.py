"""IdentityIQ's HTTP/OAuth notification: the values its screen wants, and a live test of them."""
