"""`python -m tests.mutation [NAME...]`: name the mutants of ready policies that their tests do not catch."""

import sys

from lifecycle.service.policy_files import library_tests
from tests.mutation.trying import mutants_of, survivors

for name in sys.argv[1:] or sorted(library_tests()):
    among = mutants_of(name)
    alive = 0
    for mutant in survivors(name, among):
        alive += 1
        print(f"{name}: alive: {mutant}", flush=True)
    print(f"{name}: {len(among) - alive} of {len(among)} mutants caught ({1 - alive / len(among):.1%})")
