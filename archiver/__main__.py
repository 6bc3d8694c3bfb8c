"""``python -m archiver`` is the program ``kexue``."""

from archiver.commands.command_line import main

if __name__ == "__main__":
    main()
