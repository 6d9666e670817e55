"""Runs the programs of the product beside each other on one machine: started in order, watched, restarted, stopped."""
