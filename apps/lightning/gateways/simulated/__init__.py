"""The embedded Lightning network (lightning 10.2): real invoices and preimages, no bitcoin. Never in production.

`store` holds rows and clock, `payments` moves money, `invoices` and `chain` do what their names say, `faults` makes
it go wrong, `gateway` is the door that the executor uses, `control` what tests and operators turn.
"""
