"""Running a process well: configuration, health, metrics, logs, request ids, durability, fault points.

It never holds a rule of a plane's domain.
"""
