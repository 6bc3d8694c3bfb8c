"""``scrapy <command>`` and ``kexue <command>`` of this project."""

from archiver.commands.early_signals import exit_at_signals

exit_at_signals()  # Scrapy imports this package before its modules, and only for a command line
