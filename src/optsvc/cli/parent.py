"""A process of `optsvc up` ends with it, even when that one is killed and can tell nobody."""

import os
import signal
import threading
import time

LOOK_EVERY_S = 0.5
PATIENCE_S = 10.0


def end_with(parent: int) -> None:
    """From now on, end this process soon after its parent has ended.

    Args:
        parent: Process id of the parent.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY_S)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(PATIENCE_S)
        os._exit(1)  # whatever it is still waiting for has lost its servers

    threading.Thread(target=watch, name="parent", daemon=True).start()
