"""Calendars: which days people do not work."""
