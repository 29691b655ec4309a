"""A customer's Tryton module `personnel`: what a company adds that no stock module has.

Belongs here: departments with their versions, seats, fields of employees and of tasks. It runs
within trytond, not within the tests.
Does not belong here: any rule of alignmart; the connector finds these fields by its mapping.
"""
