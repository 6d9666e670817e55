"""Which column seems to be what, and what a person makes of it."""

import pytest

from lifecycle.service.exporting import columns_of
from lifecycle.service.policy_files import DEFAULT, library, library_text, read_policy
from lifecycle.service.registers.applying import MappedRow, apply_mapping
from lifecycle.service.registers.bundled import sample_names, sample_register
from lifecycle.service.registers.choosing import Choice, choice_of, chosen, text_of
from lifecycle.service.registers.mapping_file import read_mapping
from lifecycle.service.registers.problems import RegisterError
from lifecycle.service.registers.reading import Register, read_register
from lifecycle.service.registers.results import results_csv
from lifecycle.service.registers.suggesting import kind_of, suggested

FACTS = read_policy(library_text(DEFAULT)).facts
HOUSE = """\
Nr;Titel;Bereich;Phase;Whole life cost (£m);Budget in k£;Begin;End date;Risk;Delivery confidence;Remarks
A-1;Bridge;Rail;Planning;12,5;3.000,50;13.04.2026;01.02.2030;High;Amber/Green;x
A-2;Tram;Rail;In execution;7;2;14.04.2026;;low;red;
"""


def register(text: str) -> Register:
    return read_register(text.encode(), "register.csv")


def rows(text: str, **changed: object) -> tuple[MappedRow, ...]:
    found = register(text)
    mapping = suggested(found, FACTS)
    return apply_mapping(found, mapping.model_copy(update=changed))


@pytest.mark.parametrize("name", sample_names())
def test_a_known_register_suggests_its_ready_mapping(name: str) -> None:
    assert suggested(read_register(sample_register(name), name), FACTS).mapping == "uk-gmpp"


def test_columns_are_known_by_their_names_and_by_what_stands_in_them() -> None:
    found = register(HOUSE)
    choice = choice_of(found, suggested(found, FACTS))
    assert (choice.key, choice.name, choice.portfolio, choice.stage) == ("Nr", "Titel", "Bereich", "Phase")
    assert choice.facts == {
        "whole_life_cost": "Whole life cost (£m)",
        "budget": "Budget in k£",
        "start": "Begin",
        "finish": "End date",
        "risk": "Risk",
        "delivery_confidence": "Delivery confidence",
    }
    assert choice.scales == {"whole_life_cost": 1_000_000, "budget": 1_000}
    assert (choice.decimal_mark, choice.date_order) == (",", "dmy")


def test_rows_come_out_as_the_suggestion_reads_them() -> None:
    first, second = rows(HOUSE)
    assert (first.stage, second.stage) == ("planning", "in_execution")
    assert first.facts["whole_life_cost"] == 1_250_000_000
    assert (first.facts["budget"], first.facts["start"]) == (300_050_000, "2026-04-13")
    assert (first.facts["delivery_confidence"], second.facts["finish"]) == ("amber_green", None)


def test_days_give_away_which_of_their_numbers_is_the_month() -> None:
    found = register("key,name,start\nP1,Bridge,04/25/2026\nP2,Tram,01/02/2026\n")
    assert suggested(found, FACTS).date_order == "mdy"


def test_a_column_whose_cells_cannot_be_read_so_gives_no_fact() -> None:
    found = register("key,name,start,risk\nP1,Bridge,see annex 7,2\nP2,Tram,see annex 8,3\n")
    assert "risk" not in suggested(found, FACTS).facts


def test_without_telling_names_the_first_column_that_tells_rows_apart_is_the_key() -> None:
    found = register("where,which,what\nnorth,A1,Bridge\nnorth,A2,Tram\n")
    choice = choice_of(found, suggested(found, FACTS))
    assert (choice.key, choice.name) == ("which", "where")


@pytest.mark.parametrize("text", ["only\n1\n", "a,a\n,\n1,2\n"])
def test_whatever_the_columns_are_called_something_is_suggested(text: str) -> None:
    assert rows(text)


def test_columns_whose_names_no_mapping_can_hold_are_refused() -> None:
    with pytest.raises(RegisterError, match="at most 400"):
        rows(f"{'x' * 500},{'y' * 500}\n1,2\n")


def test_registers_with_the_same_columns_are_of_one_kind() -> None:
    assert kind_of(register("b,a\n1,2\n")) == kind_of(register("A,B\n3,4\n5,6\n"))
    assert kind_of(register("a,b\n1,2\n")) != kind_of(register("a,c\n1,2\n"))


def test_what_a_person_leaves_alone_stays_as_it_was_suggested() -> None:
    for text in (HOUSE, sample_register(sample_names()[0]).decode("utf-8", "replace")):
        found = register(text)
        mapping = suggested(found, FACTS)
        assert chosen(found, mapping, FACTS, choice_of(found, mapping)) == mapping
        assert read_mapping(text_of(mapping)) == mapping


def test_what_a_person_chooses_is_read_as_the_policy_declares_it() -> None:
    found = register(HOUSE)
    usual = suggested(found, FACTS)
    choice = Choice(key="Titel", name="Nr", facts={"forecast": "Budget in k£", "category": "Remarks"})
    mapping = chosen(found, usual, FACTS, choice)
    assert (mapping.key, mapping.name, mapping.portfolio, mapping.stage) == ("Titel", "Nr", None, None)
    assert sorted(mapping.facts) == ["category", "forecast"]
    (first, _) = apply_mapping(found, mapping)
    assert (first.facts["forecast"], first.facts["category"]) == (300_050_000, "x")


def test_a_stage_is_worked_out_from_dates_only_while_both_have_a_column() -> None:
    found = read_register(sample_register(sample_names()[0]), "gmpp.csv")
    usual = suggested(found, FACTS)
    choice = choice_of(found, usual)
    without = {fact: column for fact, column in choice.facts.items() if fact != "finish"}
    fewer = Choice(**{name: getattr(choice, name) for name in choice.__slots__ if name != "facts"}, facts=without)
    assert usual.entry is not None
    assert chosen(found, usual, FACTS, fewer).entry is None


def test_a_column_that_there_is_not_is_refused() -> None:
    found = register(HOUSE)
    with pytest.raises(RegisterError, match="no column 'Nowhere'"):
        chosen(found, suggested(found, FACTS), FACTS, Choice(key="Nowhere", name="Titel"))


def test_what_only_gates_change_is_never_suggested() -> None:
    gated = {name: fact.model_copy(update={"by_gates": True}) for name, fact in FACTS.items()}
    assert not suggested(register(HOUSE), gated).facts


def test_a_policy_without_facts_takes_keys_and_names_alone() -> None:
    mapping = suggested(register(HOUSE), {})
    assert (len(mapping.facts), mapping.key) == (0, "Nr")


@pytest.mark.parametrize("name", library())
def test_a_portfolio_that_was_exported_suggests_what_its_columns_are(name: str) -> None:
    policy = read_policy(library_text(name))
    columns = [column.name for column in columns_of([policy])]
    found = read_register(results_csv([dict.fromkeys(columns, "") | {"key": "P-1", "name": "Bridge"}]), "portfolio.csv")
    choice = choice_of(found, suggested(found, policy.facts))
    assert (choice.key, choice.name, choice.portfolio) == ("key", "name", "portfolio")
    of_their_own = {fact: column.partition(" (")[0] for fact, column in choice.facts.items()}
    assert of_their_own == {fact: fact for fact, declared in policy.facts.items() if not declared.by_gates}
