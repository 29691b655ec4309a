"""Project-tracking systems: accounts, work items, their changes, worklogs."""
