"""The process that runs Temporal workflows, activities and background loops."""
