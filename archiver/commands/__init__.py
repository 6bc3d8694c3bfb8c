"""``scrapy <command>`` and ``kexue <command>`` of this project."""

from archiver.commands.early_signals import exit_at_signals
from archiver.commands.without_pandas import import_sqlite_utils

# Scrapy imports this package before its modules, and only for a command line.
exit_at_signals()
import_sqlite_utils()
