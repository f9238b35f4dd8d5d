"""`python -m flows.compile`: compiles the cleaners with mypyc for the environment that runs it.

It takes half a minute. Without it the cleaners run as they are, and come to the same results.
"""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaners.compiled import PACKAGE, SOURCES, fingerprint, modules
from cleaners.language import unpack_model
from cleaners.prefilter import keep_literals
from cleaners.rules import builtin

_SETUP = f"""
from sys import argv
from mypyc.build import mypycify
from setuptools import setup

arguments = ["--ignore-missing-imports", "--disable-error-code=import-untyped", *argv[1:]]
setup(
    name="{PACKAGE}",
    packages=[],
    ext_modules=mypycify(arguments, group_name="{PACKAGE}.cleaners", debug_level="0"),
    script_args=["--quiet", "build_ext", "--build-lib", "built"],
)
"""


def main() -> None:
    """Compile, and put the result beside the other packages of the environment."""
    target = Path(sysconfig.get_path("platlib"), PACKAGE)
    with TemporaryDirectory() as name:
        room = Path(name)
        shutil.copytree(SOURCES, room / "cleaners")
        (room / "setup.py").write_text(_SETUP)
        command = [sys.executable, "setup.py", *(f"cleaners/{path.name}" for path in modules())]
        done = subprocess.run(command, cwd=room, capture_output=True, text=True)
        if done.returncode:
            sys.exit(
                f"{done.stdout}{done.stderr}\nThe cleaners cannot be compiled here, and run as they are; "
                "it takes a C compiler and `pip install cleancopy[compiled]`."
            )
        package = room / "built" / PACKAGE
        for module in (room / "built" / "cleaners").iterdir():
            module.rename(package / module.name)
        unpack_model(package)
        keep_literals((rule.pattern for rule in builtin()), package)
        (package / "__init__.py").write_text(f'FINGERPRINT = "{fingerprint()}"  # of the sources\n')
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package, target)


if __name__ == "__main__":
    main()
