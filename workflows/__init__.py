"""What DWhisper defines on a Conductor server: its workflows and tasks, as JSON."""
