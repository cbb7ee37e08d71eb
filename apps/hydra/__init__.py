"""The hydra plane: capital: liquidity, credit envelopes, routing, FX, the ledger.

It never decides policy and never signs.
"""
