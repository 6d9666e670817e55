"""Policy tests: stories of one project under a policy, told through the same judgement that governs real projects."""
