"""The commands' parsers, a module for each kind of work. A command's own modules are imported when it is called."""
