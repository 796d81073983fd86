"""Settings that deploy/ gives gateways, judged by `harken config check`."""

import subprocess
import tempfile

from gateway import environment

# What secrets bring, and settings need.
SECRETS = {"AWS_ACCESS_KEY_ID": "name", "AWS_SECRET_ACCESS_KEY": "key", "DEEPGRAM_API_KEY": "key", "HARKEN_DATABASE_URL": "postgres://harken@/harken"}


def unusable(harken, values):
    """What the gateway says against these settings."""
    # In a file, a name that is not a setting is an error. The file's own name, and what only prepare.sh reads, is not in it.
    others = ("HARKEN_CONFIG", "SECRET_FILE", "SHARED_FOLDER")
    text = "".join(f"{name}={value}\n" for name, value in {**SECRETS, **values}.items() if name not in others)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        file.write(text)
        file.flush()
        done = subprocess.run([harken, "config", "check", file.name], capture_output=True, text=True, env=environment(), timeout=60)
    if done.returncode != 0:
        yield f"harken config check: {(done.stdout + done.stderr).strip()[-400:]}"
