"""Those that need a real Conductor server: tests/scheduling.py has them run in the process that has it."""
