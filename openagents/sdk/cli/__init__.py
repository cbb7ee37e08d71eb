"""The command `oa`: parse, one client call, print. No rule of the client lives here."""
