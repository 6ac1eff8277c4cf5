"""The command `digest`: builds real objects, prints what was done, turns errors into exit codes.

0 done; 1 done, but something failed and is named; 2 usage or config; 130 interrupted.
Heavy libraries are imported by the command that needs them, so that `digest --help` is quick.
"""

from __future__ import annotations

import sys

from digest.errors import ConfigError, DigestError, TemplateFault, UsageError

__all__ = ["main"]

USAGE = 2
FAILED = 1
INTERRUPTED = 130


def main() -> None:
    """Run the command line and leave with its exit code; an expected error is one line, never a traceback."""
    from digest.cli.app import app

    try:
        app(prog_name="digest")
    except (UsageError, ConfigError, TemplateFault) as error:
        _say(str(error))
        sys.exit(USAGE)
    except DigestError as error:
        _say(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "--debug" in sys.argv:
            import traceback

            _say("".join(traceback.format_exception(error)))
            sys.exit(FAILED)
        _say(
            f"a fault of the program, not yours: {type(error).__name__}: {error}\n"
            "Please report it with what `--debug` added to the same command prints."
        )
        sys.exit(FAILED)


def _say(text: str) -> None:
    from digest.cli.secrets import hide

    for line in hide(text).splitlines():
        sys.stderr.write(f"digest: {line}\n")
