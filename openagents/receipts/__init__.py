"""Pure forms of proof: canonical JSON, hashes, ids, times, chains, signatures, and a run's artifacts recomputed.

Nothing here knows Django, a database or the network, nor decides what a receipt is worth.
"""
