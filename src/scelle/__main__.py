"""``python -m scelle``: the command line."""

from scelle.cli.program import main

if __name__ == "__main__":
    main()
