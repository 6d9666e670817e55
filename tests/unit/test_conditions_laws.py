"""Conditions against an independent reference: three-valued logic, and mistakes of every kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from time import process_time
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lifecycle.gates.conditions import ConditionError, Judged, Kind, Truth, Vocabulary, compile_condition

FACTS = {"budget": Kind.MONEY, "cost": Kind.NUMBER, "risk": Kind.CHOICE, "finish": Kind.DATE, "agile": Kind.BOOLEAN}
VOCABULARY = Vocabulary(
    {"project": FACTS}, {"tier": Kind.TEXT, "open": Kind.INTEGER}, {"project.risk": ("low", "high")}
)
TRUTH = {True: Truth.MET, False: Truth.NOT_MET, None: Truth.UNKNOWN}

Flat = Mapping[str, Any]


@dataclass(frozen=True)
class Claim:
    """An expression, and what it ought to say: True, False, or None for unknown."""

    text: str
    holds: Callable[[Flat], bool | None]


def claim(text: str, names: tuple[str, ...], test: Callable[..., bool]) -> Claim:
    def holds(facts: Flat) -> bool | None:
        values = [facts[name] for name in names]
        return None if None in values else test(*values)

    return Claim(text, holds)


def asks(name: str) -> Claim:
    return Claim(f"has({name})", lambda facts: facts[name] is not None)


def opposite(one: Claim) -> Claim:
    def holds(facts: Flat) -> bool | None:
        return None if (truth := one.holds(facts)) is None else not truth

    return Claim(f"!({one.text})", holds)


def both(one: Claim, other: Claim) -> Claim:
    def holds(facts: Flat) -> bool | None:
        truths = {one.holds(facts), other.holds(facts)}
        return False if False in truths else None if None in truths else True

    return Claim(f"({one.text} && {other.text})", holds)


def either(one: Claim, other: Claim) -> Claim:
    def holds(facts: Flat) -> bool | None:
        truths = {one.holds(facts), other.holds(facts)}
        return True if True in truths else None if None in truths else False

    return Claim(f"({one.text} || {other.text})", holds)


def same(one: Claim, other: Claim) -> Claim:
    def holds(facts: Flat) -> bool | None:
        left, right = one.holds(facts), other.holds(facts)
        return None if left is None or right is None else left == right

    return Claim(f"(({one.text}) == ({other.text}))", holds)


def branch(question: Claim, then: Claim, otherwise: Claim) -> Claim:
    def holds(facts: Flat) -> bool | None:
        truth = question.holds(facts)
        return None if truth is None else (then if truth else otherwise).holds(facts)

    return Claim(f"(({question.text}) ? ({then.text}) : ({otherwise.text}))", holds)


def exceeds(ratio: int) -> Claim:
    def holds(facts: Flat) -> bool | None:
        budget, cost = facts["project.budget"], facts["project.cost"]
        return None if budget is None or not cost else budget / 100 / cost > ratio

    return Claim(f"project.budget / project.cost > {ratio}.0", holds)


small = st.integers(-3, 3)
days = st.dates(min_value=date(1, 1, 2)).map(lambda day: day.isoformat())
plain = st.one_of(
    st.sampled_from([Claim("true", lambda _: True), Claim("false", lambda _: False)]),
    st.just(claim("project.agile", ("project.agile",), bool)),
    small.map(lambda n: claim(f"project.budget < {n}.0", ("project.budget",), lambda budget: budget < n * 100)),
    small.map(lambda n: claim(f"project.cost - {n}.0 >= 0.0", ("project.cost",), lambda cost: cost >= n)),
    small.map(lambda n: claim(f"open != {n}", ("open",), lambda count: count != n)),
    st.sampled_from(["low", "high"]).map(
        lambda risk: claim(f"project.risk != '{risk}'", ("project.risk",), lambda known: known != risk)
    ),
    st.just(claim("tier in ['light', 'major']", ("tier",), lambda tier: tier in ("light", "major"))),
    days.map(lambda day: claim(f"project.finish > date('{day}')", ("project.finish",), lambda known: known > day)),
    st.just(
        claim("project.cost * 100.0 < project.budget", ("project.cost", "project.budget"), lambda c, b: c * 1e4 < b)
    ),
)


def composed(leaves: st.SearchStrategy[Claim]) -> st.SearchStrategy[Claim]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(opposite, inner),
            st.builds(both, inner, inner),
            st.builds(either, inner, inner),
            st.builds(same, inner, inner),
            st.builds(branch, inner, inner, inner),
        ),
        max_leaves=8,
    )


monotone = composed(st.one_of(plain, small.map(exceeds)))
claims = composed(
    st.one_of(plain, small.map(exceeds), st.sampled_from(list(FACTS)).map(lambda n: asks(f"project.{n}")))
)
known_facts = st.fixed_dictionaries(
    {
        "project.budget": st.integers(-400, 400),
        "project.cost": small.map(float),
        "project.risk": st.sampled_from(["low", "high"]),
        "project.finish": days,
        "project.agile": st.booleans(),
        "tier": st.sampled_from(["light", "standard"]),
        "open": small,
    }
)
forgotten = st.frozensets(st.sampled_from([*(f"project.{name}" for name in FACTS), "tier", "open"]))


def without(facts: Flat, names: frozenset[str]) -> dict[str, Any]:
    return {name: None if name in names else value for name, value in facts.items()}


def nested(facts: Flat) -> dict[str, Any]:
    project = {name: facts[f"project.{name}"] for name in FACTS}
    return {"project": project, "tier": facts["tier"], "open": facts["open"]}


def judged(one: Claim, facts: Flat) -> Judged:
    return compile_condition(one.text, VOCABULARY).judge(nested(facts))


@settings(max_examples=500, deadline=None)
@given(claims, known_facts, forgotten)
def test_a_condition_agrees_with_three_valued_logic(one: Claim, facts: Flat, names: frozenset[str]) -> None:
    some = without(facts, names)
    assert judged(one, some).truth is TRUTH[one.holds(some)]


@settings(max_examples=200, deadline=None)
@given(claims, known_facts, forgotten)
def test_what_is_missing_is_unknown_and_spoken_of(one: Claim, facts: Flat, names: frozenset[str]) -> None:
    judgement = judged(one, without(facts, names))
    references = compile_condition(one.text, VOCABULARY).references
    assert names.intersection(references) >= set(judgement.missing)
    assert judgement.truth is Truth.UNKNOWN or not judgement.missing
    assert not judged(one, facts).missing


@settings(max_examples=200, deadline=None)
@given(monotone, known_facts, forgotten)
def test_learning_a_fact_never_overturns_a_judgement(one: Claim, facts: Flat, names: frozenset[str]) -> None:
    before, after = judged(one, without(facts, names)).truth, judged(one, facts).truth
    assert before in (Truth.UNKNOWN, after)


pieces = st.sampled_from(
    [
        *("project.budget", "project.risk", "project.cost", "tier", "open", "project", "has", "has(project.risk)"),
        *(
            "&&",
            "||",
            "!",
            "==",
            "!=",
            "<",
            "in",
            "?",
            ":",
            "(",
            ")",
            "[",
            "]",
            ",",
            ".",
            "+",
            "-",
            "*",
            "/",
            "%",
            "=",
            "&",
        ),
        *(
            "true",
            "null",
            "1",
            "2.5",
            "0.0",
            "1e9",
            "'low'",
            "'",
            '"x"',
            "'''",
            "\\",
            "// x",
            "\n",
            "{",
            "}",
            "r'x'",
            "1u",
        ),
        *(
            "date('2027-01-31')",
            "duration('1h')",
            "timestamp(",
            "size(",
            "int(",
            "double(",
            ".size()",
            "matches(",
            "dyn(",
        ),
    ]
)
hostile = st.one_of(
    st.text(max_size=80),
    st.lists(pieces, max_size=40).map(" ".join),
    st.lists(pieces, max_size=40).map("".join),
    st.builds(
        lambda one, at, count, text: one.text[: at % len(one.text)] + text + one.text[at % len(one.text) + count :],
        claims,
        st.integers(0, 500),
        st.integers(0, 3),
        st.one_of(st.text(max_size=3), pieces),
    ),
    st.builds(lambda piece, times: piece * times, pieces, st.integers(1, 400)),
)


@settings(max_examples=800, deadline=None)
@given(hostile)
@example("\ud800")
@example("'\ud800' == tier")
@example("tier == '\\\ud800'")
@example("// \ud800\ntrue")
@example("true // \x00")
@example("tier == '\x00'")
@example("tier == '\\q'")
@example("tier in [timestamp('\\q')]")
@example("open in [-9223372036854775808]")
@example("\ufefftrue")
def test_whatever_is_written_is_a_condition_or_a_told_mistake(text: str) -> None:
    begun = process_time()
    mistake = mistake_in(text)
    assert process_time() - begun < 1.0
    if mistake is None:
        assert compile_condition(text, VOCABULARY).judge({}).truth in Truth
        return
    lines = text.split("\n")
    assert mistake.sentence.endswith(".")
    assert mistake.remedy
    assert 1 <= mistake.line <= len(lines)
    assert 1 <= mistake.column <= len(lines[mistake.line - 1]) + 1


def mistake_in(text: str) -> ConditionError | None:
    try:
        compile_condition(text, VOCABULARY)
    except ConditionError as error:
        return error
    return None


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=3), days),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=5,
)
EVERYTHING = (
    "project.budget > 1.0 && project.cost / project.budget < 1.0 && project.risk != 'low' && open + open > 1 || "
    "project.agile || project.finish + duration('24h') > date('2027-01-31') || tier + tier == 'x' || has(project.cost)"
)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.fixed_dictionaries(
            {"project": st.fixed_dictionaries(dict.fromkeys(FACTS, anything)), "tier": anything, "open": anything}
        ),
        st.dictionaries(st.sampled_from(["project", "tier", "open"]), anything),
    )
)
def test_no_facts_can_make_a_condition_fail(facts: dict[str, Any]) -> None:
    every = compile_condition(EVERYTHING, VOCABULARY)
    assert every.judge(facts).truth in Truth
    assert every.value(facts) in (True, False, None)
