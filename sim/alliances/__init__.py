"""What belongs to no single agent: search, membership, the life of a project, value, innovation, trust, needs."""
