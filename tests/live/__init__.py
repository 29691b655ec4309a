"""Tests against real servers, which the fixtures here install, start and fill."""
