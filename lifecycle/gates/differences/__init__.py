"""What two versions of a policy ask differently of projects: stricter, looser, with a project that shows it."""
