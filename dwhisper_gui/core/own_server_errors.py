"""What can go wrong with a Conductor server that runs on this computer, as sentences for the user (`errors.py` tells of sentences).

UsageError
  ServerNotInstalled, JarMissing
OwnServerError
  JarNotFetched, JarNotConductor, JarDamaged, JarNotKept, JavaMissing, HostNotHere, PortTaken, ServerRunsElsewhere,
  ServerDidNotStart, ServerNotOurs, ServerBusy, OwnServerStopped
"""

from dwhisper_gui.core.errors import N_, DWhisperError, UsageError


class ServerNotInstalled(UsageError):
    template = N_("No Conductor server is installed here, so none was started. “dwhisper server install” fetches one.")


class JarMissing(UsageError):
    template = N_(
        "“{path}” is not there. Nothing was installed. Name the file of the server (conductor-server-….jar), or none to fetch it."
    )


class OwnServerError(DWhisperError):
    """The server of this computer's own can't be had or be run."""


class JarNotFetched(OwnServerError):
    template = N_(
        "The Conductor server could not be fetched from {address} ({detail}). Nothing was installed. Try again later, fetch it on another"
        " computer and name the file (“dwhisper server install FILE”), or let the setting conductor.jar_address name another address."
    )


class JarNotConductor(OwnServerError):
    template = N_(
        "“{path}” is no Conductor server ({detail}). Nothing was installed. It must be the server's runnable file, such as"
        " conductor-server-3.32.1.jar, or -boot.jar from Maven."
    )


class JarDamaged(JarNotConductor):
    template = N_("“{path}” is damaged ({detail}). Nothing was installed. Fetch it again.")


class JarNotKept(OwnServerError):
    template = N_(
        "The Conductor server could not be written to “{folder}” ({detail}). Nothing was installed. Make room there, then try again."
    )


class JavaMissing(OwnServerError):
    template = N_(
        "The Conductor server needs Java {wanted} or newer, and {found}. Nothing was started. Install one from your system, or this:"
        " pip install '{package}'."
    )


class HostNotHere(OwnServerError):
    template = N_(
        "“{host}” is no address of this computer, so the Conductor server was not started. It has these: {addresses}. Name the one by which"
        " the others reach it, or 0.0.0.0 for all of them: “dwhisper server start --host ADDRESS”."
    )


class PortTaken(OwnServerError):
    template = N_(
        "Another program already listens on port {port} of {host}, so the Conductor server was not started. End that, or choose another"
        " port: “dwhisper settings set conductor.port NUMBER”."
    )


class ServerRunsElsewhere(OwnServerError):
    template = N_(
        "The Conductor server runs already, at {url}, so it was not started at port {port} of {host}. What is on it is kept. Stop it first:"
        " “dwhisper server stop”."
    )


class ServerDidNotStart(OwnServerError):
    template = N_(
        "The Conductor server did not start ({detail}). Nothing that was on it is lost. “dwhisper server logs” shows what it says itself."
    )


class ServerNotOurs(OwnServerError):
    template = N_(
        "The Conductor server did not end within {seconds:.0f} s and could not be ended by force ({detail}). What it has is kept. End the"
        " process {pid} yourself."
    )


class OwnServerStopped(OwnServerError):
    template = N_(
        "The Conductor server of this computer ({server}) does not run. What is on it is kept. “dwhisper server start” starts it."
    )


class ServerBusy(OwnServerError):
    template = N_("Another DWhisper is starting or ending the Conductor server right now. Nothing was done. Try again in a minute.")
