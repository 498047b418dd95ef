// Nothing here either.
