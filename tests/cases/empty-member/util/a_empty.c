// Nothing for this system.
