"""How a server of the user's own is started: one process, SQLite, no search engine, its own storage of files. The same as a container."""

import json
import shlex
from pathlib import Path

from dwhisper_gui.conductor.jar import USUAL_VERSION

JVM = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""A third less of a processor, and a fifth less memory, than by what Java does for servers that have a computer to themselves."""
IMAGE = f"conductoross/conductor:{USUAL_VERSION}"
HERE = "127.0.0.1"
TEMPORARY = "temporary"
"""The folder, in that of the server, for what Java would put into the system's, and leave there."""
_JOURNAL = "busy_timeout=15000&journal_mode=WAL&synchronous=NORMAL"


def command(java: Path, jar: Path, host: str, port: int) -> list[str]:
    """To be run in the folder that its data are in, and `TEMPORARY`. It listens at `host` only: it has no authentication."""
    # Relative, so that nothing in the folder's name can be taken for a part of an address.
    given = properties("conductor.db", "files") | {"server.address": host, "server.port": str(port)}
    return [str(java), *JVM, f"-Djava.io.tmpdir={TEMPORARY}", "-jar", str(jar), *(f"--{key}={value}" for key, value in given.items())]


def docker_command(port: int) -> str:
    """A shell's command that runs it in a container, reached from this computer only; its data are in a volume."""
    # Of all that Spring reads, only this comes before what the image has been given.
    given = json.dumps(properties("/data/conductor.db", "/data/files"))
    words = ["docker", "run", "--detach", "--name", "dwhisper-conductor", "--restart", "unless-stopped"]
    words += [
        "--publish",
        f"{HERE}:{port}:8080",
        "--volume",
        "dwhisper-conductor:/data",
        "--env",
        f"SPRING_APPLICATION_JSON={given}",
        IMAGE,
    ]
    return shlex.join(words)


def properties(database: str, files: str) -> dict[str, str]:
    """Conductor's properties, by name. With the usual 50 ms between looks at its own tasks a server takes a third of a core while a job
    with twelve parts merely waits, with 200 ms an eighth; workers' tasks do not wait for such a look."""
    return {
        "spring.datasource.url": f"jdbc:sqlite:{database}?{_JOURNAL}",
        "conductor.db.type": "sqlite",
        "conductor.queue.type": "sqlite",
        "conductor.indexing.type": "sqlite",
        "conductor.elasticsearch.version": "0",
        "conductor.workflow-execution-lock.type": "local_only",
        "conductor.file-storage.enabled": "true",
        "conductor.file-storage.type": "conductor",
        "conductor.file-storage.conductor.directory": files,
        "conductor.integrations.ai.enabled": "false",
        "conductor.scheduler.enabled": "false",
        "conductor.app.systemTaskWorkerCallbackDuration": "5s",
        "conductor.app.systemTaskWorkerPollInterval": "200ms",
    }
