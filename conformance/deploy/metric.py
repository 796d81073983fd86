"""The rule of prometheus-adapter.yaml, asked as the adapter would, with series of three pods."""

import json
import os
import re
import subprocess

import yaml

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "deploy")


def judge(folder):
    with open(os.path.join(FOLDER, "prometheus-adapter.yaml")) as file:
        rule = yaml.safe_load(file)["rules"]["custom"][0]
    with open(os.path.join(FOLDER, "helm/harken/values.yaml")) as file:
        name = yaml.safe_load(file)["autoscaling"]["sessions"]["metric"]
    if rule["name"]["as"] != name:
        yield f"the adapter's metric is called {rule['name']['as']}, the chart's {name}"
    query = rule["metricsQuery"].replace("<<.LabelMatchers>>", 'namespace="production",pod=~"a|b|c"').replace("<<.GroupBy>>", "pod")
    if "<<" in query or not re.match(r"harken_sessions_open\{", rule["seriesQuery"]):
        yield f"the rule is not understood: {query}"
    # Pod c drains: it has sessions, and no capacity.
    series = [{"series": f'{metric}{{namespace="production",pod="{pod}",instance="{pod}:8081"}}', "values": str(value)}
              for pod, count, capacity in (("a", 700, 1000), ("b", 0, 1000), ("c", 30, 0))
              for metric, value in (("harken_sessions_open", count), ("harken_sessions_capacity", capacity))]
    expected = [{"labels": f'{{pod="{pod}"}}', "value": value} for pod, value in (("a", 0.7), ("b", 0))]
    path = os.path.join(folder, "test.json")
    with open(path, "w") as file:
        json.dump({"evaluation_interval": "1m", "tests": [
            {"input_series": series, "promql_expr_test": [{"expr": query, "eval_time": "0m", "exp_samples": expected}]}]}, file)
    done = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        yield f"promtool: {(done.stdout + done.stderr).strip()[-600:]}"
