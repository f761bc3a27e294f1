"""``python -m contribkit``: the command line where the folder of scripts is not on the path."""

from contribkit.cli import main

if __name__ == "__main__":
    main(prog_name="contribkit")
