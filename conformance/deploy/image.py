"""The root of the image, made of the files of this machine's Debian packages: those on which Harken's package depends, and no others.

What the package forgets to name is not there, as in a container from packaging/Containerfile.
"""

import glob
import os
import re
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AUTHORITIES = "etc/ssl/certs/ca-certificates.crt"
# What nobody needs to run a program.
NEEDLESS = re.compile(r"^/usr/(share/(doc|doc-base|info|locale|man|lintian|bug)|lib/python3)(/|$)")


def installed():
    """The packages of this machine: for each name, also those that are provided, the package with its dependencies and whether all systems have it."""
    fields = ["Package", "Architecture", "Essential", "Pre-Depends", "Depends", "Provides", "db:Status-Abbrev"]
    out = subprocess.run(["dpkg-query", "-W", "-f", "\t".join("${" + field + "}" for field in fields) + "\n"], capture_output=True, text=True, check=True,
                         timeout=60).stdout
    native = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    found, provided = {}, {}
    for line in out.splitlines():
        name, architecture, essential, before, needs, provides, status = line.split("\t")
        if architecture not in (native, "all") or not status.startswith("ii"):
            continue
        found[name] = (f"{name}:{architecture}" if architecture == native else name, essential == "yes", ", ".join(filter(None, (before, needs))))
        for other in names(provides):
            provided.setdefault(other[0], name)
    return found, provided


def names(relation):
    """The alternatives of each part of a dependency, by their names."""
    return [[re.split(r"[\s(:]", each.strip())[0] for each in part.split("|")] for part in relation.split(",") if part.strip()]


def closure(relation):
    """The packages that a dependency brings to a minimal Debian, and those that every Debian has."""
    found, provided = installed()
    wanted, queue = set(), [name for name, (_, essential, _) in found.items() if essential] + [None]
    while queue:
        name = queue.pop()
        if name in wanted:
            continue
        if name is not None:
            wanted.add(name)
        for alternatives in names(relation if name is None else found[name][2]):
            there = next((other if other in found else provided[other] for other in alternatives if other in found or other in provided), None)
            if there is None:
                raise OSError(f"{name or 'harken'} needs {' or '.join(alternatives)}, which is not installed here")
            queue.append(there)
    return sorted(found[name][0] for name in wanted)


def make(harken, folder):
    """Makes the root in a folder, with the package of this program. Returns the folder."""
    packages, root = os.path.join(folder, "packages"), os.path.join(folder, "image")
    subprocess.run([os.path.join(ROOT, "scripts/package"), "--deb", harken, packages], check=True, stdout=subprocess.DEVNULL, timeout=600)
    package = glob.glob(packages + "/harken_*.deb")[0]
    relation = subprocess.run(["dpkg-deb", "--field", package, "Depends"], capture_output=True, text=True, check=True, timeout=60).stdout
    listed = subprocess.run(["dpkg-query", "-L", *closure(relation)], capture_output=True, text=True, check=True, timeout=60).stdout
    # Debian's /bin, /sbin and /lib are links into /usr, and some packages name files by the links.
    files = set()
    for path in listed.splitlines():
        path = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if path.startswith("/") and not NEEDLESS.match(path) and (os.path.islink(path) or os.path.isfile(path)):
            files.add(path)
    os.makedirs(root)
    for name in ("bin", "sbin", "lib", "lib64"):
        if os.path.islink("/" + name):
            os.symlink(os.readlink("/" + name), f"{root}/{name}")
    packed = folder + "/image.tar"
    with open(packed, "wb") as file:
        subprocess.run(["tar", "--create", "--directory=/", "--no-recursion", "--null", "--files-from=-", "--file=-"],
                       input="\0".join(sorted(path.lstrip("/") for path in files)).encode(), check=True, timeout=300, stdout=file)
    extract = ["tar", "--extract", "--keep-directory-symlink", "--directory", root, "--file", packed]
    subprocess.run(extract, check=True, timeout=300)
    with open(packed, "wb") as file:
        subprocess.run(["dpkg-deb", "--fsys-tarfile", package], check=True, timeout=300, stdout=file)
    subprocess.run(extract, check=True, timeout=300)
    os.unlink(packed)
    # What the packages' scripts make.
    for name in (AUTHORITIES, "etc/hosts"):
        os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
        shutil.copy("/" + name, f"{root}/{name}")
    with open(root + "/etc/passwd", "w") as file:
        file.write("root:x:0:0:root:/root:/bin/bash\n")
    subprocess.run(["ldconfig", "-r", root], check=True, timeout=60)
    return root
