"""`python -m bench [ID ...]`: measure the figures to reach, all or some; print them and keep them in results.json."""

import asyncio
import sys
from pathlib import Path

from bench.figures import ALONE, NOTES, ON_LARGE, ON_STAGE
from bench.large import large
from bench.stage import stage
from bench.table import Figure, keep, show

RESULTS = Path(__file__).with_name("results.json")


async def measured(ids: list[str]) -> list[Figure]:
    """The figures with these ids."""
    found: list[Figure] = []
    for id_ in ids:
        if id_ in ALONE:
            found += await ALONE[id_]()
    if chosen := [id_ for id_ in ids if id_ in ON_STAGE]:
        async with stage() as set_up:
            for id_ in chosen:
                found += await ON_STAGE[id_](set_up)
    if chosen := [id_ for id_ in ids if id_ in ON_LARGE]:
        async with large() as set_up_large:
            for id_ in chosen:
                found += await ON_LARGE[id_](set_up_large)
    return found


def main() -> None:
    """Measure what the command line names, else everything."""
    known = list(dict.fromkeys((*ON_STAGE, *ON_LARGE, *ALONE)))
    ids = [given.upper() for given in sys.argv[1:]] or known
    if unknown := [id_ for id_ in ids if id_ not in known]:
        sys.exit(f"There is no figure {unknown[0]} here; there are {', '.join(known)}.")
    figures = sorted(asyncio.run(measured(ids)), key=lambda each: (int(each.id[1:].partition(".")[0]), each.id))
    keep(figures, RESULTS)
    show(figures, NOTES)


if __name__ == "__main__":
    main()
