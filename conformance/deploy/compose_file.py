"""The compose file: Compose's schema, and that its parts fit together and fit haproxy.cfg."""

import importlib.util
import json
import os
import re
import subprocess
import tempfile

import jsonschema
import yaml

from settings import unusable

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "deploy")


def seconds(text):
    number, unit = re.fullmatch(r"(\d+)(s|m)", text).groups()
    return int(number) * {"s": 1, "m": 60}[unit]


def schema_errors(document):
    place = importlib.util.find_spec("compose").submodule_search_locations[0]
    with open(os.path.join(place, "config/compose_spec.json")) as file:
        schema = json.load(file)
    # The schema is of 2021. Since then, a file may have a name, and an env_file an object that says that it need not exist.
    document = {key: value for key, value in document.items() if key != "name"}
    for service in document["services"].values():
        if "env_file" in service:
            service["env_file"] = [each["path"] if set(each) <= {"path", "required"} else each for each in service["env_file"]]
    for error in jsonschema.Draft7Validator(schema).iter_errors(document):
        yield f"{'.'.join(map(str, error.path))}: {error.message[:300]}"


def mounts(service):
    """Source, target and mode of each mount."""
    return [(*each.split(":"), "rw")[:3] for each in service.get("volumes", [])]


def scripts(services):
    """Runs the scripts of compose.yaml, with folders of this machine."""
    entry = services["one"]["entrypoint"]
    done = subprocess.run([*entry[:2], entry[2].replace("$$", "$").replace("/deploy/prepare.sh", "true").replace("exec harken", "exec echo"), *entry[3:],
                           "keys", "a b"], capture_output=True, text=True, timeout=60)
    if done.stdout != "keys a b\n":
        yield f"the gateways' entry point runs: {done.stdout}{done.stderr}"
    made = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/secret")
        os.mkdir(folder + "/shared")
        script = services["installation"]["command"][0].replace("harken:harken", f"{os.getuid()}:{os.getgid()}")
        script = re.sub(r"(?<![\w/])/(secret|shared)\b", rf"{folder}/\1", script)
        for _ in range(2):
            done = subprocess.run([*services["installation"]["entrypoint"], script], capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                yield f"the service installation says: {done.stderr}"
                return
            with open(folder + "/secret/secret", "rb") as file:
                made.append((file.read(), os.fstat(file.fileno()).st_mode & 0o777))
    if len(made[0][0]) != 32 or made[0][1] != 0o600 or made[0] != made[1]:
        yield f"the service installation makes {made}"


def judge(harken):
    with open(os.path.join(FOLDER, "compose.yaml")) as file:
        text = file.read()
    with open(os.path.join(FOLDER, "haproxy.cfg")) as file:
        balancer = file.read()
    document = yaml.safe_load(re.sub(r"\$\{(\w+):\?[^}]*\}", "password", text))
    services = document["services"]
    if not {"one", "two", "three"} <= set(services) or set(re.findall(r"\$\{(\w+)", text)) != {"POSTGRES_PASSWORD"}:
        yield "the file has other services or variables than it had"
    subnet = document["networks"]["default"]["ipam"]["config"][0]["subnet"]
    used = set()
    for name, service in services.items():
        yield from (f"{name} needs {each}, which is no service" for each in service.get("depends_on", []) if each not in services)
        if re.match(r"[\w-]+\.[\w.-]*/|localhost", service["image"]):
            yield f"{name}: the image names a registry"
        for source, _, _ in mounts(service):
            if source.startswith("."):
                if not os.path.isfile(os.path.join(FOLDER, source)):
                    yield f"{name}: there is no {source}"
            elif source not in document["volumes"]:
                yield f"{name}: {source} is no volume"
            used.add(source)
    yield from (f"nobody uses the volume {name}" for name in document["volumes"] if name not in used)
    gateways = {name: service for name, service in services.items() if service.get("command") == ["serve"]}
    data = [source for service in gateways.values() for source, target, _ in mounts(service) if target == "/var/lib/harken"]
    if len(set(data)) != len(gateways):
        yield f"{len(gateways)} gateways have {len(set(data))} data directories"
    for name, service in gateways.items():
        values = service["environment"]
        targets = {target: mode for _, target, mode in mounts(service)}
        if not {os.path.dirname(values["SECRET_FILE"]), values["SHARED_FOLDER"], "/var/lib/harken"} <= set(targets):
            yield f"{name}: prepare.sh finds no secret or no shared folder"
        if seconds(service["stop_grace_period"]) < int(values["HARKEN_DRAIN_SECONDS"]) + 10:
            yield f"{name} is killed while it hands sessions over"
        if values["HARKEN_TRUSTED_PROXIES"] != subnet:
            yield f"{name} does not trust the balancer's network"
        if values["HARKEN_METRICS_LISTEN"].rsplit(":")[-1] != re.search(r"check port (\d+)", balancer)[1]:
            yield f"the balancer asks {name} at another port than the one of HARKEN_METRICS_LISTEN"
        yield from (f"{name}: {found}" for found in unusable(harken, values))
    behind = set(re.findall(r"^ *server (\w+) \1:8080$", balancer, re.MULTILINE))
    if behind != set(gateways):
        yield f"haproxy.cfg has the servers {', '.join(sorted(behind))}, compose.yaml the gateways {', '.join(sorted(gateways))}"
    yield from scripts(services)
    yield from schema_errors(document)
