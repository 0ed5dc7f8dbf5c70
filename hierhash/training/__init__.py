"""The alternating training loop: its state, schedules, checkpoints, early stopping and logging."""
