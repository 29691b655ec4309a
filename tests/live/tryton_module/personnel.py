"""Models of the module `personnel`; `code` is the company's own key of a record."""

from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import PoolMeta


class Employee(metaclass=PoolMeta):
    __name__ = "company.employee"

    code = fields.Char("Code")
    number = fields.Char("Employee Number")
    location = fields.Char("Location")
    contract = fields.Char("Contract")
    leave_from = fields.Date("Leave From")
    leave_to = fields.Date("Leave To")
    external = fields.Boolean("External")


class Department(ModelSQL, ModelView):
    __name__ = "personnel.department"

    code = fields.Char("Code", required=True)


class DepartmentVersion(ModelSQL, ModelView):
    __name__ = "personnel.department.version"

    department = fields.Many2One("personnel.department", "Department", required=True)
    name = fields.Char("Name", required=True)
    parent = fields.Many2One("personnel.department", "Parent")
    head = fields.Many2One("company.employee", "Head")
    start_date = fields.Date("Start Date", required=True)


class Seat(ModelSQL, ModelView):
    __name__ = "personnel.seat"

    code = fields.Char("Code", required=True)
    employee = fields.Many2One("company.employee", "Employee", required=True)
    department = fields.Many2One("personnel.department", "Department", required=True)
    supervisor = fields.Many2One("company.employee", "Supervisor")
    title = fields.Char("Title")
    family = fields.Char("Family")
    fte = fields.Float("Full-Time Equivalent")
    main = fields.Boolean("Main")
    start_date = fields.Date("Start Date", required=True)
    end_date = fields.Date("End Date")


class Work(metaclass=PoolMeta):
    __name__ = "project.work"

    code = fields.Char("Code")
    assignee = fields.Many2One("company.employee", "Assignee")
    reporter = fields.Many2One("company.employee", "Reporter")
    goals = fields.Char("Goals")
    start_date = fields.Date("Start Date")
    due_date = fields.Date("Due Date")
    closed_at = fields.DateTime("Closed At")
