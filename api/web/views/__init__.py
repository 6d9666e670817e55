"""View models: what a page shows, made from what the service answers and worded by nobody else."""
