"""`make bench`: what the system does per second, each figure beside its ceiling measured in the same run.

A bench is a module with `run(place, say) -> Iterator[Figure]`, listed in `catalogue.py` with the process whose settings
and database it needs. It runs in a process of its own, because a process is on one plane.
"""
