"""``scrapy <command>`` and ``kexue <command>`` of this project."""

import gc

from archiver.commands.early_signals import exit_at_signals
from archiver.commands.lean_imports import import_sqlite_utils

# Scrapy imports this package before its modules, and only for a command line.
exit_at_signals()
# What is imported is no garbage: to look for some every 700 objects takes a tenth of the time.
gc.set_threshold(10_000)
import_sqlite_utils()
