"""Commands: a page each, from the program itself: what for, examples, options, exit status, formats."""

from __future__ import annotations

import re
from functools import cache

import click

from resnet_analyzer.cli.main import program

from .tables import code, plain, table

WRITES = r"(?<!-o )(?<!--output )(?<!--runs )(?<![\w/.-])"
FOREIGN = re.compile(WRITES + r"[\w/.-]+\.(keras|h5|onnx|pt2|json)\b|\b[\w.]+:[A-Za-z]\w*")  # somebody's model
LONG = re.compile(r" --all\b| --runs\b| --crosscheck\b")  # what takes many minutes
STATUS = (
    ("0", "fine"),
    ("1", "a check, a budget or a cross-check failed"),
    ("2", "bad usage or input: one line on standard error says where, what, the numbers, and what to do"),
)
LINES = 24  # of an output that has many more, on a page
MANY_LINES = re.compile(
    r"analyze (conventions|roofline|schema|report|sweep --net resnet50,resnext50|.*--stored|list$)"
    r"|^(?!.* reconcile ).*--by |--format (json|csv)"
)
BREAK = " && sed -i 's/blocks: 4, stride: 2/&, projection: false/' {}"  # what makes a sound design a broken one


@cache
def all_commands() -> dict[str, click.Command]:
    """Every command of the program, by name."""
    context = click.Context(program, info_name="resnet-analyze")
    found = {name: program.get_command(context, name) for name in program.list_commands(context)}
    return {name: each for name, each in found.items() if each is not None}


def new_pages() -> dict[str, str]:
    """What the page of every command begins with, by its path below docs/."""
    return {
        f"commands/{name}.md": f"# {name}\n\n<!-- generated: command {name} -->\n<!-- end generated -->\n"
        for name in all_commands()
    }


def command_table() -> str:
    """All commands with a sentence each."""
    rows = [
        (f"[{name}]({name}.md)", plain(" ".join(_paragraphs(each)[0].split()))) for name, each in all_commands().items()
    ]
    return table(("command", "what for"), rows)


def command(name: str) -> str:
    """All that the program knows of one of its commands."""
    each = all_commands()[name]
    words = [plain(" ".join(part.split())) for part in _paragraphs(each) if not _is_examples(part)]
    examples = [line.strip() for part in _paragraphs(each) if _is_examples(part) for line in part.splitlines()]
    if not examples and not any(one.required for one in each.params):
        examples = [f"resnet-analyze {name}"]
    shown = [_example(name, line, first) for first, line in _first_uses(examples)]
    usage = " ".join(each.collect_usage_pieces(click.Context(each)))
    parts = [*words, f"```text\nresnet-analyze {name} {usage}\n```", *(["## Examples", *shown] if shown else [])]
    return "\n\n".join([*parts, "## Options", _options(each), *_formats(each), "## Exit status", _status()])


def _paragraphs(each: click.Command) -> list[str]:
    """The paragraphs of a help text; \\b marks those whose lines stay as they are."""
    text = (each.help or "").replace("\b\n", "").replace("\b", "")
    return [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _is_examples(part: str) -> bool:
    return all(line.strip().startswith("resnet-analyze ") for line in part.splitlines())


def _first_uses(examples: list[str]) -> list[tuple[list[str], str]]:
    """Every example with the design files that it is the first to read."""
    known: set[str] = set()
    result = []
    for line in examples:
        writes = re.findall(r"(?:--fix|init) ([\w-]+\.yaml)", line)
        reads = [file for file in re.findall(r"(?<![\w-])[\w-]+\.yaml", line) if file not in writes]
        result.append(([file for file in reads if file not in known], line))
        known.update(reads + writes)
    return result


def _example(name: str, line: str, first: list[str]) -> str:
    """One example as a session, or why it is not run here."""
    models = name in ("gradients", "degradation") and "--stored" not in line
    if " | " in line or FOREIGN.search(line):
        return f"<!-- not run: with a model of yours -->\n```sh\n{line}\n```"
    if name == "crosscheck" or models or LONG.search(line):
        return f"<!-- not run: builds and runs real models; the slow tests do it -->\n```sh\n{line}\n```"
    before = [f"$ resnet-analyze init {file}{BREAK.format(file) if 'broken' in file else ''}" for file in first]
    typed = f"$ {line} | head -n {LINES}" if MANY_LINES.search(line) else f"$ {line}"
    return "\n".join(["```console", *before, typed, "```"])


def _options(each: click.Command) -> str:
    rows = [("`-h`, `--help`", "Show the help and exit.")]
    for option in [one for one in each.params if isinstance(one, click.Option) and not one.hidden][::-1]:
        spelled = ", ".join(map(code, [*option.opts, *option.secondary_opts]))
        value = "" if option.is_flag else f" {code(_metavar(option, each))}"
        many = " Repeatable." if option.multiple else ""
        rows.insert(0, (spelled + value, plain(" ".join((option.help or "").split())) + many))
    return table(("option", "what it does"), rows)


def _metavar(option: click.Option, each: click.Command) -> str:
    """What stands for an option's value, in click's words of any version."""
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return (option.type.name or "value").upper()


def _formats(each: click.Command) -> list[str]:
    """The formats that a command writes, where it has an option for them."""
    options = {one.name: one for one in each.params if isinstance(one, click.Option)}
    if not {"format_name", "output"} <= set(options):
        return []
    option = options["format_name"]
    named = (
        ", ".join(option.type.choices) if isinstance(option.type, click.Choice) else (option.help or "").split(";")[0]
    )
    return ["## Formats", f"{plain(named)}. `-o FILE` writes whole or not at all; the ending of FILE picks the format."]


def _status() -> str:
    return table(("status", "means"), STATUS)
