"""Each abuse that somebody could try is tried by tests; here stands by which."""

import ast
from pathlib import Path
from typing import get_args

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.app import ROUTERS

TESTS = Path(__file__).parents[1]
TRIED: dict[str, dict[str, tuple[str, ...]]] = {
    "approving one's own gate through a delegate, a chain, a circle, an expired or foreign delegation": {
        "unit/test_separation.py": ("test_no_excluded_person_ever_approves_and_slots_are_filled_by_distinct_people",),
        "unit/test_stories_duties.py": (
            "test_delegation_does_not_cascade",
            "test_a_delegation_is_looked_at_when_the_vote_is_cast",
        ),
        "api/test_refused_votes.py": ("test_a_delegate_of_the_submitter_is_barred_with_them",),
    },
    "shown one thing, approved another": {
        "api/test_refused_votes.py": ("test_a_vote_on_evidence_that_has_changed_since_is_stale",),
        "unit/test_stories_evidence.py": ("test_a_vote_on_facts_that_have_changed_is_stale",),
        "web/browser/test_mishaps.py": ("test_a_page_that_is_behind_says_what_changed_and_keeps_what_was_typed",),
    },
    "other people's projects, found by their ids or counts": {
        "api/test_lists.py": (
            "test_absent_and_forbidden_projects_answer_alike",
            "test_the_board_counts_what_one_may_see",
        ),
        "integration/test_gate_queries.py": ("test_absent_and_forbidden_are_the_same",),
        "web/test_people.py": ("test_absent_and_forbidden_people_look_the_same",),
        "web/test_strangers.py": ("test_a_project_that_one_may_not_see_answers_like_none",),
        "web/test_audit.py": (
            "test_who_audits_one_project_reads_no_other_record",
            "test_what_does_not_fit_is_only_for_who_audits_everything",
        ),
        "integration/test_succession.py": ("test_gates_that_hang_on_one_person_stand_together",),
    },
    "a decision forged through an address that takes whatever it is sent": {
        "web/test_permissions.py": (
            "test_nothing_is_served_that_does_not_say_what_it_requires",
            "test_what_changes_something_is_asked_by_a_form_of_ours_or_in_an_envelope",
            "test_a_role_opens_what_its_permissions_open_and_nothing_else",
            "test_nobody_is_let_in_without_a_sign_in",
        ),
        "web/test_bad_forms.py": ("test_every_page_and_form_takes_odd_words",),
    },
    "a token, a form, a key or a way back used once more": {
        "api/test_people.py": ("test_a_token_is_shown_once_and_worthless_when_revoked",),
        "api/test_repeats.py": ("test_a_key_stands_for_one_content", "test_keys_are_each_persons_own"),
        "web/test_people.py": ("test_a_form_sent_twice_has_one_effect",),
        "web/test_provider.py": ("test_a_way_back_is_good_once_and_only_in_the_browser_that_left",),
        "unit/test_signing.py": ("test_a_receiver_takes_what_is_fresh_and_refuses_what_is_replayed",),
    },
    "a role that was revoked between the check and its effect": {
        "api/test_refused_votes.py": ("test_a_role_that_was_withdrawn_does_not_count_any_more",),
        "unit/test_races.py": ("test_an_approval_through_a_delegation_that_ends_in_between_is_refused",),
        "web/test_people.py": (
            "test_whoever_is_switched_off_is_out_with_the_next_page",
            "test_a_role_that_is_withdrawn_opens_nothing_any_more",
        ),
        "web/test_live.py": (
            "test_a_stream_ends_when_its_reader_is_signed_out",
            "test_a_stream_ends_when_its_reader_is_switched_off",
            "test_a_stream_ends_when_the_role_that_opened_it_is_withdrawn",
        ),
        "web/test_administration.py": ("test_an_administrator_signs_a_lost_browser_out",),
        "web/test_provider.py": ("test_whoever_is_in_no_group_any_more_stays_outside_and_keeps_no_role_of_it",),
    },
    "evidence that is a page, a script, a foreign file, or larger than it may be": {
        "unit/test_evidence_types.py": (
            "test_a_file_that_is_not_what_its_name_says_is_refused",
            "test_what_the_sender_calls_a_page_or_a_script_is_refused",
        ),
        "integration/test_evidence_store.py": (
            "test_a_file_just_within_the_limit_is_kept_and_one_byte_more_is_not",
            "test_no_text_reaches_outside_the_store",
        ),
        "api/test_policies_and_evidence.py": ("test_a_file_comes_back_as_it_was_to_be_saved_and_never_shown",),
        "unit/test_excerpts.py": (
            "test_whatever_a_file_holds_there_is_an_excerpt_within_bounds",
            "test_a_document_that_unpacks_without_end_is_read_to_a_bound",
        ),
        "web/browser/test_gates.py": ("test_a_file_is_looked_into_before_it_is_saved_and_runs_nothing",),
    },
    "a webhook that leads into our own network": {
        "unit/test_addresses.py": ("test_an_inner_address_is_never_called", "test_however_it_is_spelled"),
        "integration/test_hooks.py": (
            "test_a_redirect_is_not_followed",
            "test_the_name_is_looked_up_once_and_that_address_is_called",
        ),
    },
    "a name that is a formula in a spreadsheet": {
        "unit/test_registers_results.py": (
            "test_no_cell_of_the_csv_begins_like_a_formula",
            "test_no_cell_of_the_workbook_is_a_formula_a_link_or_an_error",
        ),
        "api/test_imports.py": ("test_the_result_is_a_file_that_no_spreadsheet_takes_for_formulas",),
        "integration/test_exporting.py": (
            "test_a_workbook_has_dates_amounts_with_their_currency_and_no_formulas",
            "test_a_table_has_no_formulas_either",
        ),
        "web/test_audit.py": ("test_no_cell_of_a_saved_trail_is_a_formula",),
    },
    "a gate that is left without a legal approver while nobody notices": {
        "integration/test_foresight.py": (
            "test_a_gate_that_loses_its_last_approver_is_told_to_the_pmo",
            "test_a_gate_that_is_submitted_after_an_absence_was_noted_is_told_when_it_comes_near",
            "test_nobody_stands_in_who_may_not_decide_themselves",
        ),
        "api/test_leavers.py": (
            "test_a_leavers_slot_shows_nobody_and_the_pmo_is_told_which_gate_is_stuck",
            "test_a_new_sponsor_who_may_not_approve_is_told_to_the_pmo",
        ),
    },
    "a record that was changed, deleted or cut by hand": {
        "integration/test_audit_verifier.py": ("test_a_changed_row_is_found_where_it_is",),
        "web/test_audit.py": (
            "test_a_record_that_was_changed_by_hand_is_named",
            "test_a_trail_that_was_cut_is_found_by_where_it_stood",
        ),
    },
    "the secret of a webhook out of a stolen backup": {
        "api/test_webhooks.py": ("test_the_secret_is_shown_once_and_stands_in_no_record",),
        "unit/test_signing.py": ("test_a_secret_follows_from_the_offices_key_and_is_each_webhooks_own",),
    },
    "a form of another site, a page in a frame, a planted sign-in": {
        "web/test_sign_ins.py": (
            "test_a_form_from_another_site_does_nothing",
            "test_a_form_without_the_token_of_this_browser_does_nothing",
            "test_a_page_may_not_be_framed_and_runs_only_our_scripts",
            "test_a_secret_from_before_the_sign_in_is_never_taken_over",
        ),
    },
    "deciding at a desk that its owner has left, or with a token that was found": {
        "unit/test_stories_proof.py": ("test_nobody_votes_unproved_and_whoever_has_proved_it_does",),
        "api/test_proof.py": (
            "test_a_token_cannot_prove_it_and_says_where_it_is_done",
            "test_nobody_proves_it_by_saying_so",
        ),
        "web/test_proof.py": (
            "test_who_came_in_has_proved_it_for_five_minutes",
            "test_guesses_are_counted_like_those_of_a_sign_in",
            "test_nothing_else_proves_it_here",
            "test_a_proof_from_another_site_is_none",
        ),
        "web/test_provider.py": ("test_in_doubt_nothing_was_proved_to_the_provider",),
    },
    "an urgent change of the rules, made alone or for ever": {
        "api/test_proposals.py": (
            "test_who_writes_a_change_does_not_publish_it",
            "test_what_is_urgent_ends_by_itself_unless_a_third_person_upholds_it",
            "test_what_waits_for_a_second_person_stands_in_their_inbox",
        ),
        "web/test_changes.py": (
            "test_a_change_takes_two_people",
            "test_an_urgent_change_waits_for_a_third_person_until_it_ends",
        ),
    },
    "the first set-up opened again, well-known secrets": {
        "web/test_accounts.py": (
            "test_the_first_administrator_is_set_up_once",
            "test_two_who_hold_the_same_code_do_not_both_come_in",
        ),
        "web/test_sign_ins.py": ("test_without_a_sample_nobody_may_be_anybody",),
        "unit/test_compose.py": (
            "test_only_the_api_is_published_and_by_default_on_loopback",
            "test_a_secret_is_never_written_down",
            "test_the_example_names_every_variable_and_fills_in_none",
        ),
    },
    "a development server that others can reach": {
        "e2e/test_embedded_temporal.py": (
            "test_the_embedded_server_listens_to_nobody_else",
            "test_the_embedded_profile_shows_nothing_to_the_network",
        ),
    },
}


@pytest.mark.parametrize("abuse", TRIED, ids=str)
def test_every_abuse_is_tried(abuse: str) -> None:
    for file, names in TRIED[abuse].items():
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert set(names) <= known, f"{file} does not try: {set(names) - known}"


def test_no_request_sets_what_is_the_servers_to_set() -> None:
    bodies = 0
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for field in route.dependant.body_params:
                for model in (field.field_info.annotation, *get_args(field.field_info.annotation)):
                    if isinstance(model, type) and issubclass(model, BaseModel):
                        bodies += 1
                        assert model.model_config.get("extra") == "forbid", f"{route.path}: {model.__name__} is open"
                        server_owned = {
                            "events",
                            "seq",
                            "votes",
                            "rounds",
                            "decided_by",
                            "decided_at",
                            "issuer",
                            "subject",
                        }
                        assert not server_owned & set(model.model_fields), f"{route.path}: {model.__name__}"
    assert bodies
