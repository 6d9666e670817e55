"""What can be proven about a policy before it binds anybody, each finding with its place, a witness and a remedy."""
