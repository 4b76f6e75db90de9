"""The reference of the command line, from the parser itself."""

from __future__ import annotations

import argparse
import textwrap

from generate.markdown import code, plain, table
from mendsim.cli.main import build_parser


def commands() -> str:
    """Every command: what it does, how it is called, its arguments and options."""
    parser = build_parser()
    chosen = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    helps = {action.dest: action.help or "" for action in chosen._choices_actions}
    rows = ([f"[`{name}`](#{name})", plain(helps[name])] for name in chosen.choices)
    parts = [table(["command", "what it does"], rows)]
    parts += [_command(name, helps[name], command) for name, command in chosen.choices.items()]
    return "\n\n".join(parts)


def _command(name: str, said: str, parser: argparse.ArgumentParser) -> str:
    usage = "\n".join(textwrap.wrap(parser.format_usage().removeprefix("usage: "), 88, subsequent_indent="  "))
    actions = [action for action in parser._actions if not isinstance(action, argparse._HelpAction)]
    rows = ([_called(action), plain((action.help or "") % vars(action))] for action in actions)
    about = f"## {name}\n\n{said[:1].upper()}{plain(said[1:])}.\n\n```text\n{usage}\n```"
    return f"{about}\n\n{table(['argument', 'meaning'], rows)}" if actions else about


def _called(action: argparse.Action) -> str:
    """How an argument is written."""
    value = str(action.metavar or (action.dest.upper() if action.nargs != 0 else ""))
    if action.choices:
        value = " or ".join(str(choice) for choice in action.choices)
    if not action.option_strings:
        return code(value)
    return code(
        " ".join([", ".join(action.option_strings), value]).strip() if action.nargs != 0 else action.option_strings[0]
    )
