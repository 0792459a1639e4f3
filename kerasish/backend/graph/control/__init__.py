"""Control flow on values that are only being traced: branches and loops as graphs in a graph."""
