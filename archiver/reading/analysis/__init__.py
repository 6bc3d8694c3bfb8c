"""An archive for notebooks: ``archiver.load`` and what it returns."""
