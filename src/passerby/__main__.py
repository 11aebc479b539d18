"""`python -m passerby`: the command line without its script, which is how the supervisor starts the roles."""

from passerby.cli import main

if __name__ == "__main__":
    main()
