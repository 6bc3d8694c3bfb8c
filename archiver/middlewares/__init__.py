"""Between engine and server: whom to ask, the gate, and answers that arrived damaged."""
