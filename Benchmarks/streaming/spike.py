"""Runs the reference program of live finals on clips, for the bench beside this.

    spike.py FOLDER MODELS < PLAN

FOLDER has live_decoding.py. PLAN is JSON: {"clips": [{"id", "wav"}], "settings": [{"name", "early" (ms), "captions" (bool)}]}. Prints one JSON object
for each clip and setting. Needs numpy and onnxruntime.
"""

import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import live_decoding as reference  # noqa: E402
import numpy as np  # noqa: E402


def main():
    models = pathlib.Path(sys.argv[2])
    plan = json.load(sys.stdin)
    recognizer = reference.Moonshine(str(models / "moonshine-base-en"))
    turn = reference.TurnEnd(str(models / "smart-turn-v3.2-cpu.onnx"))
    for clip in plan["clips"]:
        samples = np.concatenate([reference.samples_of(clip["wav"]), np.zeros(int(plan["pause"] * reference.RATE), np.float32)])
        for setting in plan["settings"]:

            class Timing(reference.Timing):
                history = reference.Timing.history if setting["captions"] else None
                early = setting["early"] * reference.MS

            recognizer.seconds = recognizer.steps = 0
            voice = reference.Voice(str(models / "silero_vad.onnx"))
            began = time.thread_time()
            finals = reference.Live(samples, recognizer, voice, turn, Timing).run()
            entry = {
                "clip": clip["id"],
                "setting": setting["name"],
                "finals": [[decided, text] for decided, _, _, text in finals],
                "seconds": len(samples) / reference.RATE,
                "read": recognizer.seconds,
                "steps": recognizer.steps,
                "cpu": time.thread_time() - began,
            }
            print(json.dumps(entry), flush=True)


if __name__ == "__main__":
    os.nice(5)
    main()
