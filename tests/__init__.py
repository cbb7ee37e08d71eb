"""Tests of the system as a whole: real processes, real sockets, judged from outside."""
