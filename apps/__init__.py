"""The planes. Each is an island: it imports the ground (`openagents`), never another plane."""
