"""Building PocketSphinx, the word aligner, as a shared library from its source package.

Debian's is too old, and the wheel's cannot be loaded outside Python.
"""

import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from say import SetupError, say

# What CMake would find out on Debian; the same header serves as config.h and as pocketsphinx/sphinx_config.h.
CONFIGURATION = """
#define DEFAULT_RADIX 12
#define HAVE_LONG_LONG
#define HAVE_POPEN
#define HAVE_SNPRINTF
#define HAVE_SYS_STAT_H
#define HAVE_SYS_TYPES_H
#define HAVE_UNISTD_H
#define HAVE_INTTYPES_H
#define HAVE_STDINT_H
#define PS_USE_THREAD_LOCAL_RNG
#define SIZEOF_LONG 8
#define SIZEOF_LONG_LONG 8
"""


def build(source, library):
    """Compiles the sources that `src/CMakeLists.txt` lists into `library`."""
    with open(os.path.join(source, "src", "CMakeLists.txt")) as file:
        listed = re.search(r"add_library\(pocketsphinx\s(.*?)\)", file.read(), re.DOTALL)
    if not listed:
        raise SetupError("the PocketSphinx source package does not list its sources as expected")
    names = listed.group(1).split()
    say(f"compiling the word aligner ({len(names)} files)")
    generated, objects = os.path.join(source, "generated"), os.path.join(source, "objects")
    os.makedirs(os.path.join(generated, "pocketsphinx"), exist_ok=True)
    os.makedirs(objects, exist_ok=True)
    for header in ("config.h", "pocketsphinx/sphinx_config.h"):
        with open(os.path.join(generated, header), "w") as file:
            guard = re.sub(r"\W", "_", header).upper()
            file.write(f"#ifndef {guard}\n#define {guard}\n" + _undefining(CONFIGURATION) + "#endif\n")
    flags = ["-O2", "-fPIC", "-w", "-DHAVE_CONFIG_H", "-I", generated, "-I", "src", "-I", "include"]

    def compile_one(name):
        made = os.path.join(objects, name.replace("/", "-") + ".o")
        _run(["gcc", *flags, "-c", os.path.join("src", name), "-o", made], source)
        return made

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = list(pool.map(compile_one, names))
    os.makedirs(os.path.dirname(library), exist_ok=True)
    _run(["gcc", "-shared", "-Wl,-soname,libpocketsphinx.so", "-Wl,--no-undefined", "-o", library, *made, "-lm"], source)


def _undefining(defines):
    """Each define preceded by an undef, so that both headers may be included."""
    return re.sub(r"^#define (\w+)", r"#undef \1\n#define \1", defines, flags=re.MULTILINE)


def _run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise SetupError(f"{' '.join(command[:1] + command[-1:])} failed:\n{done.stderr.strip()}")
