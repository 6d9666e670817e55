"""Project lifecycle governance: policy, gates and the durable decider of every project."""
