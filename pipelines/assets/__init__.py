"""The steps of a run as Dagster assets, one module a step.

Belongs here: keys, checks, retries, what a step tells Dagster.
Does not belong here: how a step does its work (`archive`, `load`, `dbt`, `publish`).
"""
