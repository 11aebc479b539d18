"""Reading and answering that several dialects share: bodies, ids, times, faults, campaigns."""
