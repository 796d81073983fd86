"""The Helm chart: Helm's own library lints and renders it, and Kubernetes' schemas judge what it makes."""

import os
import subprocess
import tempfile

import helm_python
import kubernetes_validate
import yaml

from settings import unusable

CHART = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "deploy/helm/harken")
# The oldest version that Chart.yaml names, and the newest that is known.
VERSIONS = ("1.27", "1.37")
LEAST = {"existingSecret": "harken", "blobs": {"url": "s3://bucket/harken"}}
# Values that use every template, and every branch of one.
FULL = {
    "existingSecret": "harken", "settingsSecrets": ["vendors"], "blobs": {"existingClaim": "blobs"}, "imagePullSecrets": [{"name": "registry"}],
    "settings": {"HARKEN_ENGINES": "deepgram,local", "HARKEN_MAX_SESSIONS_PER_USER": "20", "HARKEN_JOURNAL_BYTES": "8589934592"},
    "models": {"source": "archive", "archiveUrl": "https://example.org/models.tar.gz", "archiveSha256": "0" * 64},
    "autoscaling": {"enabled": True, "cpuPercent": 70}, "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "ingress": {"enabled": True, "className": "nginx", "hosts": ["speech.example.org"],
                "tls": [{"hosts": ["speech.example.org"], "secretName": "certificate"}], "annotations": {"a": "b"}},
    "networkPolicy": {"clients": [{"namespaceSelector": {}}], "egress": [{"ports": [{"port": 5432}]}]},
    "database": {"caSecret": "database-ca"}, "extraEnv": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "extraVolumes": [{"name": "certificates", "configMap": {"name": "certificates"}}],
    "extraVolumeMounts": [{"name": "certificates", "mountPath": "/etc/ssl/extra", "readOnly": True}],
    "keyPod": {"enabled": True}, "podAnnotations": {"a": "b"}, "podLabels": {"c": "d"}, "nodeSelector": {"e": "f"}, "priorityClassName": "high",
    "service": {"annotations": {"a": "b"}}, "serviceAccount": {"annotations": {"a": "b"}}, "storage": {"className": "fast"},
    "tolerations": [{"operator": "Exists"}], "affinity": {"nodeAffinity": {}},
    "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]}
CLAIM = {**LEAST, "models": {"source": "claim", "existingClaim": "models"}, "networkPolicy": {"enabled": False},
         "podDisruptionBudget": {"enabled": False}, "serviceAccount": {"name": "other"}, "fullnameOverride": "speech"}
NONE = {**LEAST, "models": {"source": "none"}, "autoscaling": {"enabled": True, "sessions": {"enabled": False}, "cpuPercent": 50}}
# Values that are refused, and a word of the reason.
REFUSED = [
    ({**LEAST, "existingSecret": ""}, "existingSecret"),
    ({**LEAST, "blobs": {"url": "", "existingClaim": ""}}, "blobs"),
    ({**LEAST, "blobs": {"url": "s3://bucket/harken", "existingClaim": "blobs"}}, "blobs"),
    ({**LEAST, "drainSeconds": 0}, "drainSeconds"),
    ({**LEAST, "replica": 2}, "replica"),
    ({**LEAST, "settings": {"HARKEN_AUDIO_DAYS": 30}}, "HARKEN_AUDIO_DAYS"),
    ({**LEAST, "settings": {"HARKEN_DATA": "/data"}}, "HARKEN_DATA"),
    ({**LEAST, "models": {"source": "claim"}}, "existingClaim"),
    ({**LEAST, "models": {"source": "archive", "archiveUrl": "http://example.org/models.tar.gz"}}, "archiveUrl"),
    ({**LEAST, "drainSeconds": 3000, "autoscaling": {"enabled": True}}, "stabilizationSeconds"),
    ({**LEAST, "autoscaling": {"enabled": True, "sessions": {"enabled": False}}}, "cpuPercent"),
    ({**LEAST, "ingress": {"enabled": True}}, "hosts"),
]


def rendered(values, name="speech"):
    """The objects that an installation makes."""
    with helm_python.Chart.load(CHART) as chart:
        texts = chart.render(values, name=name, namespace="production")
    found = [each for path, text in texts.items() if not path.endswith("NOTES.txt") for each in yaml.safe_load_all(text)]
    return [each for each in found if each]


def only(objects, kind):
    found = [each for each in objects if each["kind"] == kind]
    return found[0] if len(found) == 1 else None


def containers(objects):
    """Each container of each pod, with the pod's specification."""
    for each in objects:
        pod = each["spec"]["template"]["spec"] if each["kind"] == "StatefulSet" else each["spec"] if each["kind"] == "Pod" else None
        for container in [*pod.get("initContainers", []), *pod["containers"]] if pod else []:
            yield pod, container


def wrong_rights(objects):
    for pod, container in containers(objects):
        rights, name = {**pod["securityContext"], **container.get("securityContext", {})}, container["name"]
        wanted = {"runAsNonRoot": True, "readOnlyRootFilesystem": True, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
                  "seccompProfile": {"type": "RuntimeDefault"}}
        yield from (f"the container {name} has {right} {rights.get(right)}" for right, value in wanted.items() if rights.get(right) != value)
        if not rights.get("runAsUser"):
            yield f"the container {name} may run as root"
        if pod.get("automountServiceAccountToken") is not False:
            yield f"the container {name} gets a token of the cluster"
        known = {volume["name"] for volume in pod["volumes"]} | {"data"}
        yield from (f"the container {name} mounts {mount['name']}, which is no volume" for mount in container["volumeMounts"] if mount["name"] not in known)


def left_out(objects, values):
    """What the values add, and a program of the gateway does not get."""
    for pod, container in containers(objects):
        if container["name"] != "harken":
            continue
        for value, found in (("extraEnv", container["env"]), ("extraVolumeMounts", container["volumeMounts"]), ("extraVolumes", pod["volumes"])):
            yield from (f"the container harken lacks {added['name']} of {value}" for added in values.get(value, []) if added not in found)


def wrong_times(objects):
    """A pod must live longer than its gateway drains, and is removed more slowly than that."""
    pod = only(objects, "StatefulSet")["spec"]["template"]["spec"]
    gateway = pod["containers"][0]
    drain = int({each["name"]: each.get("value") for each in gateway["env"]}["HARKEN_DRAIN_SECONDS"])
    before = int(gateway["lifecycle"]["preStop"]["exec"]["command"][1])
    if pod["terminationGracePeriodSeconds"] < before + drain + 10:
        yield f"a pod is killed {pod['terminationGracePeriodSeconds']} s after it was told to stop; it waits {before} s and drains {drain} s"
    scaler = only(objects, "HorizontalPodAutoscaler")
    if scaler and scaler["spec"]["behavior"]["scaleDown"]["stabilizationWindowSeconds"] < drain:
        yield "the next pod is removed while one drains"
    if scaler and "replicas" in only(objects, "StatefulSet")["spec"]:
        yield "an upgrade sets the number of replicas that autoscaling has chosen"


def unlinked(objects):
    """Selectors that find nothing, and names that are not there."""
    labels = only(objects, "StatefulSet")["spec"]["template"]["metadata"]["labels"].items()
    for each in objects:
        selector = each["spec"].get("selector" if each["kind"] == "Service" else "podSelector", {}) if "spec" in each else {}
        if each["kind"] in ("PodDisruptionBudget", "StatefulSet"):
            selector = each["spec"]["selector"]
        selector = selector.get("matchLabels", selector)
        if each["kind"] in ("Service", "NetworkPolicy", "PodDisruptionBudget", "StatefulSet") and not (selector and selector.items() <= labels):
            yield f"{each['kind']} {each['metadata']['name']} selects {selector}"
        if each["kind"] == "Pod" and any(other["spec"]["selector"].items() <= each["metadata"]["labels"].items()
                                         for other in objects if other["kind"] == "Service"):
            yield "a service finds the pod in which keys are made"
    names = {each["metadata"]["name"] for each in objects if each["kind"] == "Service"}
    if only(objects, "StatefulSet")["spec"]["serviceName"] not in names:
        yield "the pods' service is not there"
    monitor = only(objects, "ServiceMonitor")
    if monitor:
        wanted = monitor["spec"]["selector"]["matchLabels"].items()
        found = [each for each in objects if each["kind"] == "Service" and wanted <= each["metadata"]["labels"].items()]
        if len(found) != 1 or monitor["spec"]["endpoints"][0]["port"] not in {port["name"] for port in found[0]["spec"]["ports"]}:
            yield f"Prometheus finds {len(found)} services"


def wrong_ports(objects):
    """Ports at which no gateway listens, or which are open to others than those who should reach them."""
    gateway = only(objects, "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in gateway["ports"]}
    values = {each["name"]: each.get("value", "") for each in gateway["env"]}
    listens = {name: int(values[variable].rpartition(":")[2]) for name, variable in (("http", "HARKEN_LISTEN"), ("monitoring", "HARKEN_METRICS_LISTEN"))}
    if ports != listens:
        yield f"the gateway listens at {listens}, its container names {ports}"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        if gateway[probe]["httpGet"]["port"] != "monitoring":
            yield f"the {probe} asks at {gateway[probe]['httpGet']['port']}"
    for service in (each for each in objects if each["kind"] == "Service"):
        for port in service["spec"]["ports"]:
            if port["targetPort"] != port["name"] or port["name"] not in ports:
                yield f"the service {service['metadata']['name']} leads {port['name']} to {port['targetPort']}"
    # Everybody may speak to the gateway unless the values name its clients; its figures are for those who watch it.
    policy = only(objects, "NetworkPolicy")
    for rule in policy["spec"]["ingress"] if policy else []:
        named = [port["port"] for port in rule["ports"]]
        watchers = any("monitoring" in str(peer) for peer in rule.get("from", []))
        if named != (["monitoring"] if watchers else ["http"]):
            yield f"the network policy opens {', '.join(map(str, named))} to {rule.get('from', 'everybody')}"


def judge(harken):
    """What is wrong with the chart."""
    helm_python.disable_logging()
    report = helm_python.lint(CHART, FULL, strict=True)
    yield from (f"helm lint: {message['path']}: {message['error']}" for message in report["messages"] if message["severity"] > 1)
    yield from (f"helm lint: {error}" for error in report["errors"])
    version = subprocess.run([harken, "version"], capture_output=True, text=True, timeout=60).stdout.split()[-1]
    with helm_python.Chart.load(CHART) as chart:
        if chart.metadata["appVersion"] != version:
            yield f"Chart.yaml has the appVersion {chart.metadata['appVersion']}, harken is {version}"
    kinds = set()
    for number, values in enumerate((LEAST, FULL, CLAIM, NONE)):
        objects = rendered(values)
        kinds |= {each["kind"] for each in objects}
        for each in objects:
            # A ServiceMonitor is an operator's kind, which Kubernetes' schemas do not have.
            for version in VERSIONS if each["kind"] != "ServiceMonitor" else ():
                try:
                    kubernetes_validate.validate(each, version, strict=True)
                except kubernetes_validate.ValidationError as error:
                    yield f"values {number}: {each['kind']} in Kubernetes {version}: {'.'.join(map(str, error.path))}: {error.message[:300]}"
        for found in (*wrong_rights(objects), *wrong_times(objects), *wrong_ports(objects), *unlinked(objects), *left_out(objects, values)):
            yield f"values {number}: {found}"
        for _, container in containers(objects):
            # What libpq and the operator read is no setting.
            others = {"PGSSLROOTCERT", *(each["name"] for each in values.get("extraEnv", []))}
            values_of = {each["name"]: each["value"] for each in container.get("env", []) if "value" in each and each["name"] not in others}
            if container["name"] == "harken":
                yield from (f"values {number}: {found}" for found in unusable(harken, values_of))
    missing = {"StatefulSet", "Service", "ServiceAccount", "PodDisruptionBudget", "HorizontalPodAutoscaler", "NetworkPolicy", "ServiceMonitor", "Ingress",
               "Pod"} - kinds
    if missing:
        yield f"no values make {', '.join(sorted(missing))}"
    for values, word in REFUSED:
        try:
            rendered(values)
            yield f"values with a wrong {word} are accepted"
        except helm_python.HelmError as error:
            if word not in str(error):
                yield f"values with a wrong {word} are refused with: {error}"
    with helm_python.Chart.load(CHART) as chart, tempfile.TemporaryDirectory() as folder:
        if not os.path.exists(chart.save(folder)):
            yield "the chart cannot be packed"
