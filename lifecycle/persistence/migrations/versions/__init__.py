"""The steps from release to release, in order; each is named for what it brings."""
