"""What the plane keeps. `executor_*` modules hold custody and payments, `network` the simulation, the rest is ops."""
