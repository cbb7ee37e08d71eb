"""How far each topic was applied, and what was applied: one contract (`contract`), in SQLite and in memory.

A watermark, its chain and the state that follows from them change in one transaction or not at all.
"""
