"""Models in, callables out: loaders of checkpoints, graph models and networks, and what a model's raw output means."""
