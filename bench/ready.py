"""Wait for a server that a bench has started."""

import subprocess
import time

import httpx


def until_ready(server: subprocess.Popen, url: str) -> bool:
    """Whether the server answers that it is ready; False if it has ended."""
    while server.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return True
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    return False
