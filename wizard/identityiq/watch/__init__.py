"""Every mail IdentityIQ sends, seen through a relay on this host, and its settings restored in the end.

``Watch`` is the whole of it; ``ByConsole`` and ``ByHand`` say who points IdentityIQ at the relay; ``due`` knows which settings
still have to be brought back.
"""
