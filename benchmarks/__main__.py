"""All benchmarks, one after the other: `python -m benchmarks [NAME ...]`."""

import sys
from importlib import import_module
from pathlib import Path

LEFT_OUT = {"__main__", "__init__", "invented"}


def main(names: list[str]) -> None:
    """Runs the named benchmarks, or all."""
    known = sorted({path.stem for path in Path(__file__).parent.glob("*.py")} - LEFT_OUT)
    for name in names or known:
        if name not in known:
            sys.exit(f"no benchmark {name!r}; there are {', '.join(known)}")
        print(f"\n── {name} ──")
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
