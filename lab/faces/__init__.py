"""How the pack "faces" is made: everything but the network itself, which is pulled."""
