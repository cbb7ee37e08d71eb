"""Lightning invoices (BOLT 11): decode, encode, check. Pure: no node, no payment, no Django."""
