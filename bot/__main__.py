"""`python -m bot`, and the `signoff` command."""

import gc

# Loading makes more than a hundred thousand objects, and all of them stay. Looked through again and again
# while they become more, they made a start half as long again; looked through at every full collection later,
# they kept a click waiting for 0.1 s and longer.
gc.disable()
from bot.cli import main  # noqa: E402  # this is the loading

gc.freeze()
gc.enable()

__all__ = ["main"]

if __name__ == "__main__":
    main()
