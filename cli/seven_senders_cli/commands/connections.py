"""``connections``: what is connected, and how."""

import typer

from seven_senders_cli.options import STACK, AsJson, StackName
from seven_senders_cli.screen import Screen
from seven_senders_cli.stack import find_stack

app = typer.Typer(help="Show, check and change what is connected.", no_args_is_help=True)


@app.command("list", epilog="Example: seven-senders connections list")
def list_(stack_name: StackName = STACK, as_json: AsJson = False) -> None:
    """List the connections of a stack."""
    store = find_stack(stack_name).connections
    documents = {name: store.load(name) for name in store.names()}
    rows = [
        {
            "connection": name,
            "platform": document.platform,
            "api_url": document.api_url,
            "paused": document.paused,
        }
        for name, document in documents.items()
    ]
    Screen(as_json=as_json).show(
        "Connections", rows, empty="No connections yet: see seven-senders connect --help"
    )
