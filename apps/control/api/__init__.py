"""HTTP in: parse, one service call, map out. No SQL, no rules."""
