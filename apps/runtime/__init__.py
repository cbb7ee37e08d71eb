"""The runtime plane: runs, workers, threads, the append-only event log, projections, the journal, receipts, replay.

It never decides identity and holds no keys of wallets.
"""
