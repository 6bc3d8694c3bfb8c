"""``scrapy <command>`` of this project."""

from archiver.commands.early_signals import leave_at_signals

leave_at_signals()  # Scrapy imports this package before its modules, and only for a command line
