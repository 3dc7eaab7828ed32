"""`dwhisper server`: what each of its commands is called and takes."""

from typing import Annotated

import typer

from dwhisper_gui.commands.arguments import AsJson, as_path, examples, refuse_empty

group = typer.Typer(
    no_args_is_help=True,
    help="The Conductor server that hands work out to other computers: one that is there, or one that runs on this computer.",
    epilog=examples(
        ("dwhisper server test", "whether the one of the settings will do"),
        ("dwhisper server login --user anna", "keeps a password for it in the keyring"),
        ("dwhisper server install", "fetches one for this computer; then: dwhisper server start"),
    ),
)

Url = Annotated[str | None, typer.Option("--url", help="Another server than the one of the settings.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(group, name="server")


@group.command(
    "test",
    epilog=examples(
        ("dwhisper server test", "the one of the settings"),
        ("dwhisper server test https://conductor.example", "one that is not in the settings"),
    ),
)
def try_server(
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="The same as --url.", show_default=False)] = None,
    url: Url = None,
    as_json: AsJson = False,
) -> None:
    """Says in one sentence whether a server will do, or what is wrong with it."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_login import test_server

    refuse_empty([("ADDRESS", address), ("--url", url)])
    if address is not None and url is not None:
        raise typer.BadParameter("Name the server once.")
    url = url or address
    raise typer.Exit(run(lambda _: test_server(url, as_json), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper server login --user anna", "asks for the password"),
        ("dwhisper server login --key 6f3e1c < secret.txt", "takes the key's secret from standard input"),
    )
)
def login(
    url: Url = None,
    user: Annotated[str | None, typer.Option(help="The user that the server, or a proxy before it, knows.", show_default=False)] = None,
    key: Annotated[
        str | None, typer.Option(help="The key of an application (Orkes); then its secret is asked for.", show_default=False)
    ] = None,
) -> None:
    """Keeps credentials for a server in this computer's keyring. The secret is asked for, or read from standard input; it can't be given
    as an option, where others would see it."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_login import ask_for, keep

    refuse_empty([("--url", url), ("--user", user), ("--key", key)])
    if user is not None and key is not None:
        raise typer.BadParameter("Give a user or a key, not both.")
    given = ask_for(user, key)
    raise typer.Exit(run(lambda _: keep(url, given), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper server join", "paste the line that “dwhisper workers invite” printed on another computer"),
        ("dwhisper server join < line.txt", "takes it from standard input"),
    )
)
def join() -> None:
    """Gives this program's work to the same workers as a program on another computer: takes the server, the pool and its key from the line
    that “dwhisper workers invite” prints there."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_join import ask
    from dwhisper_gui.commands.server_join import join as join_pool

    invitation = ask()
    raise typer.Exit(run(lambda _: join_pool(invitation), patience=0.0))


@group.command(epilog=examples(("dwhisper server logout", "forgets the credentials for the server of the settings")))
def logout(url: Url = None) -> None:
    """Removes the credentials for a server from this computer's keyring."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_login import forget

    refuse_empty([("--url", url)])
    raise typer.Exit(run(lambda _: forget(url), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper server install", "fetches it (about 460 MB)"),
        ("dwhisper server install conductor-server-3.32.1.jar", "takes one that was fetched elsewhere"),
    )
)
def install(
    file: Annotated[str | None, typer.Argument(metavar="FILE", help="The server's jar, if it is here already.", show_default=False)] = None,
) -> None:
    """Installs a Conductor server for this computer, after a look at whether it is one and whole."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_own import install_jar

    refuse_empty([("FILE", file)])
    raise typer.Exit(run(lambda _: install_jar(None if file is None else as_path(file)), patience=0.0))


@group.command(
    epilog=examples(
        ("dwhisper server start", "for this computer only"),
        ("dwhisper server start --host 192.168.1.5", "for others in the network, too: it says what that means"),
    )
)
def start(
    host: Annotated[str | None, typer.Option(help="The address to listen at. Unless given: conductor.host.", show_default=False)] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Unless given: the setting conductor.port.", show_default=False)
    ] = None,
) -> None:
    """Starts the Conductor server of this computer; it goes on when this program ends."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_own import start_server

    refuse_empty([("--host", host)])
    raise typer.Exit(run(lambda _: start_server(host, port), patience=0.0))


@group.command(epilog=examples(("dwhisper server stop", "what is on it is there again at the next start")))
def stop() -> None:
    """Ends the Conductor server of this computer."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_own import stop_server

    raise typer.Exit(run(lambda _: stop_server(), patience=0.0))


@group.command(epilog=examples(("dwhisper server status", "whether it runs, where, since when, and what it takes")))
def status(as_json: AsJson = False) -> None:
    """Says whether the Conductor server of this computer runs. The exit status is 1 where it does not."""
    from dwhisper_gui.commands.server_own import show_status

    raise typer.Exit(show_status(as_json))


@group.command(epilog=examples(("dwhisper server logs --follow", "shows what it says, until Ctrl+C")))
def logs(
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="So many of the last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes.")] = False,
) -> None:
    """Shows the log of the Conductor server of this computer."""
    from dwhisper_gui.commands.running import run
    from dwhisper_gui.commands.server_own import show_log

    raise typer.Exit(run(lambda _: show_log(lines, follow), patience=0.0))


@group.command(epilog=examples(("dwhisper server docker", "to be looked at, and run in a shell")))
def docker() -> None:
    """Prints the command that runs a Conductor server in Docker, as DWhisper needs it."""
    from dwhisper_gui import settings
    from dwhisper_gui.commands import streams
    from dwhisper_gui.conductor.own_command import docker_command

    streams.result(docker_command(settings.load().conductor_port))
