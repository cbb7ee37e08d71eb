"""Khala: live delivery and replay of the runtime's journal over WebSocket.

It may read the journal and nothing else of the runtime; it never allocates a seq and never writes authority.
"""
