"""Human resources systems."""
