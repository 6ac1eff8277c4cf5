"""`python -m digest` is the same command as `digest`."""

from digest.cli import main

main()
