"""What we pull: one vendor per module, mapped onto the canonical frames.

Belongs here: endpoints, paging, authentication, and how a payload becomes canonical rows.
Does not belong here: orchestration, SQL, the warehouse, what a number means. Nothing in this
package imports dagster, dbt or duckdb; the linter proves it.
"""
