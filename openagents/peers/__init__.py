"""Signed calls between planes: keys, the signature and its check, the server's guard, the client.

It knows nothing of any plane's routes or data; whom a caller may speak for is decided here, what it may do is not.
"""
