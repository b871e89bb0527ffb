"""``python -m optsvc``, the same as ``optsvc``."""

from optsvc.cli import main

if __name__ == "__main__":
    main()
