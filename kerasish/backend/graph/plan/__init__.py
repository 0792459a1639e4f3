"""Where each value of a graph lives while it runs."""
