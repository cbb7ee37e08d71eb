"""Lightning invoices (BOLT 11): decode, encode, check. Pure: no node, no payment, no Django.

`decoder` reads, `encoder` writes, `rules` says whether we would pay; `invoice` holds the values and the refusals.
"""
