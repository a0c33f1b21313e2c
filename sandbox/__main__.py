"""The stand-ins alone: `python -m sandbox telegram|hub --port N`, or `demo`."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module

PORTS = {"telegram": 8081, "hub": 8082}


def main(argv: list[str] | None = None) -> None:
    """Runs one stand-in until interrupted, or the demo with all arguments after its name."""
    given = sys.argv[1:] if argv is None else argv
    if given[:1] == ["demo"]:
        import_module("sandbox.demo").main(given[1:])
        return
    parser = ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("what", choices=[*PORTS, "demo"])
    parser.add_argument("--port", type=int, help="default: 8081 for telegram, 8082 for hub")
    chosen = parser.parse_args(given)
    run: Callable[[int], None] = import_module(f"sandbox.{chosen.what}").run
    with suppress(KeyboardInterrupt):
        run(PORTS[chosen.what] if chosen.port is None else chosen.port)


if __name__ == "__main__":
    main()
