"""Questions before what can't be undone."""

import typer

from seven_senders_cli.failing import Exit, Failed


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if a person agrees, or has said ``--yes``. Raises Failed or KeyboardInterrupt."""
    if yes:
        return
    try:
        agreed = typer.confirm(question, err=True)
    except typer.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from error
        raise Failed(
            "nobody answers: say --yes to do it without asking", code=Exit.WRONG_INPUT
        ) from error
    if not agreed:
        raise Failed("nothing was done")
