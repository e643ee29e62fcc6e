"""Where requests come in: each door has addresses and a form of its own. No door imports another."""
