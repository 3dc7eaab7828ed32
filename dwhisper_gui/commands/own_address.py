"""Whether an address is that of this computer's own server."""

from dwhisper_gui import settings
from dwhisper_gui.conductor.here import answers, is_ours, port_of
from dwhisper_gui.conductor.own import Process, own_server
from dwhisper_gui.folders import folders


def is_of_another(url: str, process: Process) -> bool:
    """Whether an address is one of another computer, or of another program than the server's process that answers there. Blocks for at
    most a second."""
    return not is_ours(url) or (port_of(url) != process.port and answers(url))


def is_stopped_here(url: str) -> bool:
    """Whether an address is that of the server of this computer, which is installed and does not run. Raises `SettingsUnreadable`."""
    server = own_server(folders().data)
    at = port_of(url) == settings.load().conductor_port and is_ours(url)
    return at and server.jar.is_file() and server.running() is None
