"""The containers of the chart's pod, without Kubernetes: with the commands, settings, user, rights and mounts that the chart gives them.

A container is a mount namespace: its root has the files of the packages that the image has, read-only, and the volumes are folders. Only root can make
one. The database speaks TLS, with a certificate of an authority of its own.
"""

import json
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess

import counting_vendor
import image
from balancers import asked, free_port, recording
from cluster import Postgres, Recordings
from gateway import Server, ServerError
from skipped import Skipped

# What is said of a server of which a power cut may take what was answered.
UNSYNCED = "the server's setting fsync is off"


class TLSPostgres(Postgres):
    """A server at a port of this machine, which takes encrypted connections only."""

    def __init__(self, folder):
        self.authority = os.path.join(folder, "authority.crt")
        super().__init__(folder, free_port())
        with open(self.folder + "/data/pg_hba.conf", "w") as file:
            file.write("local all all trust\nhostssl all all all trust\n")
        key, request, signed = (f"{folder}/database.{kind}" for kind in ("key", "csr", "crt"))
        with open(folder + "/names", "w") as file:
            file.write("subjectAltName=DNS:localhost\n")
        for command in (["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder + "/authority.key", "-out", self.authority, "-days", "2",
                         "-subj", "/CN=authority of the test"],
                        ["req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=localhost"],
                        ["x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", folder + "/authority.key", "-CAcreateserial", "-out", signed,
                         "-days", "2", "-extfile", folder + "/names"]):
            subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=60)
        for source, name in ((key, "server.key"), (signed, "server.crt")):
            shutil.copy(source, f"{self.folder}/data/{name}")
            os.chmod(f"{self.folder}/data/{name}", 0o600)
            if self.user:
                shutil.chown(f"{self.folder}/data/{name}", "nobody", "nogroup")
        self.options = ["-c", "listen_addresses=127.0.0.1", "-c", "ssl=on"]
        self.stop()
        self.start()
        self.url = f"postgres://harken@localhost:{self.port}/postgres?sslmode=verify-full"


class Volumes:
    """The folders of one pod's volumes, as the kubelet makes them: the group of the pod may write."""

    def __init__(self, folder, name, pod, secret, authority):
        self.folder, self.user = os.path.join(folder, name), pod["securityContext"]["runAsUser"]
        group = pod["securityContext"]["fsGroup"]
        os.makedirs(self.folder)
        for volume in ("data", "temporary", "shared", "secret", "database-ca"):
            path = self.path(volume)
            os.mkdir(path)
            os.chown(path, 0, group)
            os.chmod(path, 0o2775)
        with open(self.path("secret") + "/secret", "wb") as file:
            file.write(secret)
        os.chown(file.name, 0, group)
        os.chmod(file.name, next(each["secret"]["defaultMode"] for each in pod["volumes"] if "secret" in each))
        shutil.copy(authority, self.path("database-ca") + "/ca.crt")

    def path(self, volume):
        return os.path.join(self.folder, volume)


def entry(container, pod, volumes, root_of_image):
    """A program that runs a command in the container: ENTRY COMMAND [ARGUMENTS]."""
    rights = {**pod["securityContext"], **container["securityContext"]}
    root = os.path.join(volumes.folder, "root")
    lines = ["#!/bin/bash", "set -eu", f"root={shlex.quote(root)}", 'mkdir -p "$root"', 'mount -t tmpfs -o mode=755 none "$root"']
    # A runtime makes the folders at which it mounts.
    for path in ("/proc", "/dev", *(mount["mountPath"] for mount in container["volumeMounts"])):
        os.makedirs(root_of_image + path, exist_ok=True)
    mounts = [(f"{root_of_image}/{name}", f"/{name}", True) for name in sorted(os.listdir(root_of_image)) if name not in ("proc", "dev")]
    for mount in container["volumeMounts"]:
        mounts.append((volumes.path(mount["name"]), mount["mountPath"], mount.get("readOnly", False)))
    for source, target, is_read_only in mounts:
        lines += [f"mkdir -p $root{target}", f"mount --bind {shlex.quote(source)} $root{target}"]
        if is_read_only:
            lines.append(f"mount -o remount,bind,ro $root{target}")
    lines += ["mkdir -p $root/proc $root/dev", "mount --rbind /proc $root/proc", "mount --rbind /dev $root/dev"]
    if rights["readOnlyRootFilesystem"]:
        lines.append('mount -o remount,ro "$root"')
    options = [f"--reuid={rights['runAsUser']}", f"--regid={rights['runAsGroup']}", f"--groups={rights['fsGroup']}"]
    options += ["--bounding-set=-all", "--inh-caps=-all"] if rights["capabilities"]["drop"] == ["ALL"] else []
    options += [] if rights["allowPrivilegeEscalation"] else ["--no-new-privs"]
    lines += ['cd /', f'exec chroot "$root" /usr/bin/setpriv {" ".join(options)} "$@"']
    inside = os.path.join(volumes.folder, container["name"] + ".inside")
    with open(inside, "w") as file:
        file.write("\n".join(lines) + "\n")
    outside = os.path.join(volumes.folder, container["name"])
    with open(outside, "w") as file:
        file.write(f'#!/bin/sh\nexec unshare --mount --propagation private /bin/bash {shlex.quote(inside)} "$@"\n')
    os.chmod(outside, 0o755)
    return outside


def program(entry):
    """`harken` of a container, for those who start it by its name."""
    path = entry + ".harken"
    with open(path, "w") as file:
        file.write(f'#!/bin/sh\nexec {shlex.quote(entry)} /usr/bin/harken "$@"\n')
    os.chmod(path, 0o755)
    return path


def settings(container, **others):
    """The container's variables, with what its secrets have."""
    return {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **{each["name"]: each["value"] for each in container["env"] if "value" in each}, **others}


def prepare(pod, volumes, root_of_image):
    """Runs the first init container, and says what is wrong with what it did."""
    container = pod["initContainers"][0]
    done = subprocess.run([entry(container, pod, volumes, root_of_image), *container["command"], *container["args"]], capture_output=True, text=True, timeout=30,
                          env=settings(container))
    if done.returncode != 0:
        raise ServerError(f"the container {container['name']} ended with {done.returncode}: {done.stderr[-400:]}")
    data = volumes.path("data") + "/data"
    for path, mode in ((data, 0o700), (data + "/secret", 0o600)):
        found = os.stat(path)
        if found.st_uid != volumes.user or stat.S_IMODE(found.st_mode) & 0o777 != mode:
            yield f"{os.path.basename(path)} belongs to {found.st_uid} and has the mode {found.st_mode:o}"
    with open(data + "/secret", "rb") as one, open(volumes.path("secret") + "/secret", "rb") as other:
        if one.read() != other.read():
            yield "the data directory has another secret than Kubernetes"


def wrong_process(pid, user):
    """What a process may do that the chart does not allow."""
    with open(f"/proc/{pid}/status") as file:
        found = dict(re.findall(r"^(Uid|NoNewPrivs|CapEff|CapBnd):\s+(\S+)", file.read(), re.MULTILINE))
    wanted = {"Uid": str(user), "NoNewPrivs": "1", "CapEff": "0" * 16, "CapBnd": "0" * 16}
    if found != wanted:
        yield f"the gateway runs with {found}"
    with open(f"/proc/{pid}/mounts") as file:
        options = {target: option.split(",")[0] for _, target, _, option, *_ in map(str.split, file)}
    writable = {target for target, option in options.items() if option == "rw" and not re.match(r"/(proc|dev)(/|$)", target)}
    if writable != {"/var/lib/harken", "/var/lib/harken-shared", "/tmp"}:
        yield f"the gateway can write to {', '.join(sorted(writable))}"


def wrong_authorities(gateway, entry, secrets, root, postgres):
    """A database whose certificate is not verified as the documents say."""
    def doctor(**others):
        done = subprocess.run([program(entry), "doctor"], capture_output=True, text=True, timeout=60, env=settings(gateway, **secrets, **others))
        # A finding's remedy is in the next line.
        found = re.search(r"^\w+ +database .*(\n +→.*)?", done.stdout + done.stderr, re.MULTILINE)
        return found[0] if found else done.stderr[-300:]

    # The tests' server does not sync, which doctor notes.
    reached = ("ok", "note")
    if not (said := doctor()).lstrip().startswith("note") or UNSYNCED not in said:
        yield f"of a server that does not sync, doctor says: {said}"
    system = os.path.join(root, image.AUTHORITIES)
    with open(system) as file:
        known = file.read()
    if not (said := doctor()).lstrip().startswith(reached):
        yield f"with the authority of database.caSecret, doctor says: {said}"
    if "certificate verify failed" not in (said := doctor(PGSSLROOTCERT="")):
        yield f"with the system's authorities, which do not know the database's, doctor says: {said}"
    with open(system, "a") as file, open(postgres.authority) as authority:
        file.write(authority.read())
    if not (said := doctor(PGSSLROOTCERT="")).lstrip().startswith(reached):
        yield f"with the database's authority among the system's, doctor says: {said}"
    with open(system, "w") as file:
        file.write(known)


def judge(harken, folder, chart):
    if chart is None:
        raise Skipped("Helm's library is not there for this machine", is_usual=True)
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL, timeout=10).returncode != 0:
        raise Skipped("needs root that may mount")
    os.chmod(folder, 0o755)
    root = image.make(harken, folder)
    objects = chart.rendered({"existingSecret": "harken", "blobs": {"existingClaim": "blobs"}, "models": {"source": "none"}, "keyPod": {"enabled": True},
                              "database": {"caSecret": "database-ca"},
                              "settings": {"HARKEN_ENGINES": "deepgram", "HARKEN_GATE": "off"}, "settingsSecrets": ["vendors"]})
    pod = chart.only(objects, "StatefulSet")["spec"]["template"]["spec"]
    keys_pod = chart.only(objects, "Pod")["spec"]
    postgres, vendor = TLSPostgres(folder), counting_vendor.CountingVendor()
    vendors = Recordings(folder, vendor.url)
    server = None
    try:
        secret = os.urandom(32)
        volumes = Volumes(folder, "pod", pod, secret, postgres.authority)
        secrets = {"HARKEN_DATABASE_URL": postgres.url, "DEEPGRAM_API_KEY": "key",
                   "DEEPGRAM_BASE_URL": vendors.url}
        yield from prepare(pod, volumes, root)
        # A container that is started again finds what the last one left.
        yield from prepare(pod, volumes, root)

        gateway = pod["containers"][0]
        gateway_entry = entry(gateway, pod, volumes, root)
        yield from wrong_authorities(gateway, gateway_entry, secrets, root, postgres)
        done = subprocess.run([program(gateway_entry), *gateway["args"]], capture_output=True, text=True, timeout=60,
                              env=settings(gateway, **secrets, HARKEN_LISTEN=f"0.0.0.0:{free_port()}", HARKEN_METRICS_LISTEN=f"0.0.0.0:{free_port()}"))
        if done.returncode != 1 or "harken keys create" not in done.stderr:
            yield f"without a key, the gateway ends with {done.returncode}: {done.stderr[-300:]}"

        others = Volumes(folder, "keys", keys_pod, secret, postgres.authority)
        yield from prepare(keys_pod, others, root)
        container = keys_pod["containers"][0]
        made = subprocess.run([program(entry(container, keys_pod, others, root)), "keys", "create", "--name", "admin"], capture_output=True,
                              text=True, timeout=60, env=settings(container, **secrets))
        if made.returncode != 0:
            yield f"no key can be made: {made.stderr[-300:]}"
            return
        key = made.stdout.strip()

        values, probes = {each["name"]: each["value"] for each in gateway["env"] if "value" in each}, free_port()
        server = Server(program(gateway_entry), values["HARKEN_DATA"], {**values, **secrets, "HARKEN_METRICS_LISTEN": f"127.0.0.1:{probes}"})
        server.wait_until_announced(60)
        if not any("does not keep what it has accepted" in line and UNSYNCED in line for line in server.lines):
            yield f"of a server that does not sync, the log says nothing: {''.join(server.lines)[-600:]}"
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            status, body = asked(f"http://127.0.0.1:{probes}{gateway[probe]['httpGet']['path']}")
            if status != 200:
                yield f"the {probe} is answered with {status} {body[:200]}"
        yield from wrong_process(server.pid, volumes.user)
        # The recording is decoded by a process of its own, which gives up more rights.
        status, body = asked(server.url + "/v1/listen", recording(80), Authorization="Token " + key, **{"Content-Type": "audio/wav"})
        if status != 200 or len(json.loads(body)["results"]["channels"][0]["alternatives"][0]["transcript"].split()) != 80:
            yield f"a recording is answered with {status} {body[:200]}"
        audio = os.path.join(folder, "numbers.wav")
        with open(audio, "wb") as file:
            file.write(recording(20))
        live = subprocess.run([harken, "live", audio, "--url", server.url, "--key", key, "--protocol", "deepgram", "--speed", "4"],
                              capture_output=True, text=True, timeout=60)
        if live.returncode != 0 or "w20" not in live.stdout:
            yield f"a live session ended with {live.returncode}: {(live.stdout + live.stderr)[-300:]}"
        again = subprocess.run([program(gateway_entry), "keys", "list"], capture_output=True, text=True, timeout=60, env=settings(gateway, **secrets))
        if again.returncode != 0 or "admin" not in again.stdout:
            yield f"kubectl exec … harken keys list says: {again.stdout}{again.stderr}"
        status = server.terminate(30)
        if status != 0:
            yield f"a gateway that was told to stop ended with {status}: {''.join(server.lines[-3:])}"
        if not os.listdir(volumes.path("shared") + "/transcripts"):
            yield "the transcript is not on the volume that all gateways share"
    finally:
        if server and server.status is None:
            server.signal(signal.SIGKILL)
        vendors.stop()
        vendor.stop()
        postgres.stop()
