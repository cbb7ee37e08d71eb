"""The lightning plane: the wallet executor (custody, signing, payment receipts) and lightning ops.

It never decides identity or policy.
"""
