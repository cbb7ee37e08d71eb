"""The bridge plane: publishing: Nexus lanes, mirrored receipts, Nostr.

It has no authority of its own.
"""
