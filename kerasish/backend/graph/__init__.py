"""The graph backend: trace a function once, optimise and plan the graph, run it many times."""
