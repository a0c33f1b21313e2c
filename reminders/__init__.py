"""Deadline reminders: stages (pure), planner, delivery, scheduler."""
