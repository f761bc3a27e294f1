"""A GitHub emulator: ``python -m tests.github --port 8080``. `tests.github.emulator.Emulator` runs it inside a test."""
