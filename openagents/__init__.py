"""The ground every plane stands on: contracts, receipts, wire, peers, storage, operations, the client.

It knows no plane's rules, and imports no plane.
"""
