"""Objective checks of finished work: is the evidence what was asked for, and does it agree with itself?

Pure functions over parsed evidence; the runtime and Aegis run the same ones. No I/O, no framework, no clock.
"""
