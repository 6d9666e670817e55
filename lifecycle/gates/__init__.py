"""The policy and its judgement: pure functions over the vocabulary."""
