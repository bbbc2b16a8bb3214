"""The inbox: what is dropped comes into the show whole, or is told why not; nothing is lost."""
