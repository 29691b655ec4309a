"""What a person is told of a test that failed: where its rows are, or what finds them."""

from __future__ import annotations

from tests.pipelines.published_world import results


def test_a_failed_test_says_in_which_table_its_rows_are():
    (test,) = results(statuses={"test.a.looks_odd": "warn"}).failed_tests()
    assert test.rows_in == "test_failures.looks_odd"
    assert test.message == "Got warn"


def test_a_failed_test_that_keeps_no_rows_says_which_query_finds_them():
    (test,) = results(statuses={"test.a.goal_id_is_unique": "fail"}).failed_tests()
    assert test.rows_in is None
    assert test.message == ("Got fail; its query: compiled/a/models/_a.yml/goal_id_is_unique.sql")


def test_only_tests_of_data_are_asked_of_a_run():
    said = results()
    assert set(said.tests) == {"test.a.goal_id_is_unique", "test.a.looks_odd"}
    assert said.n_passed == 2
    assert said.reasons_not_to_publish("run-1") == []
