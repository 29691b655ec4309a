"""HR systems and directories: people, their seats, the units they sit in."""
