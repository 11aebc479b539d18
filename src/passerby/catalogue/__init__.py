"""Events and attributes seen: their types, counts and violations. Pure: the worker brings what the state knows."""
