"""Proto contracts as JSON over HTTP: models derived from descriptors, one error catalogue, django-ninja glue.

It must not hold a rule of any plane, touch a database, or restate a contract that `proto/` already states.
"""
