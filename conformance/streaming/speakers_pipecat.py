"""Live speakers through Pipecat's services: `diarize` of Deepgram's, `speaker_labels` of AssemblyAI's.

As in an agent, a voice detector tells the service when the user starts and stops to speak: here the reference's turns do.
"""
import asyncio

from pipecat.frames.frames import EndFrame, InputAudioRawFrame, InterimTranscriptionFrame, StartFrame, TranscriptionFrame
from pipecat.frames.frames import VADUserStartedSpeakingFrame, VADUserStoppedSpeakingFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.assemblyai.stt import AssemblyAISTTService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.workers.runner import WorkerRunner

from conformance_common import ws_url
from speakers_common import RATE, main


def make(it):
    if it.args.plugin == "deepgram":
        return DeepgramSTTService(api_key=it.args.key, base_url=ws_url(it.args.url), sample_rate=RATE,
                                  settings=DeepgramSTTService.Settings(model="nova-3-general", diarize=True))
    return AssemblyAISTTService(api_key=it.args.key, api_endpoint_base_url=ws_url(it.args.url, "/v3/ws"), sample_rate=RATE,
                                settings=AssemblyAISTTService.Settings(model="universal-3-6-pro", speaker_labels=True))


def words(it, frame):
    if it.args.plugin == "deepgram":
        return [(word.word, word.start, word.end, word.speaker) for word in frame.result.channel.alternatives[0].words or []]
    # The service gives the turn's speaker in place of the user.
    return [(word.text, word.start / 1000, word.end / 1000, frame.user_id) for word in frame.result.words]


class Sink(FrameProcessor):
    def __init__(self, it):
        super().__init__()
        self.it, self.started = it, asyncio.Event()

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.started.set()
        elif isinstance(frame, (TranscriptionFrame, InterimTranscriptionFrame)):
            self.it.words(words(self.it, frame), isinstance(frame, TranscriptionFrame))
        await self.push_frame(frame, direction)


async def talk(it):
    sink = Sink(it)
    worker = PipelineWorker(Pipeline([make(it), sink]), params=PipelineParams(audio_in_sample_rate=RATE), enable_rtvi=False,
                            idle_timeout_secs=None)
    runner = WorkerRunner(handle_sigint=False)
    added = runner.add_workers(worker)
    if asyncio.iscoroutine(added):
        await added
    running = asyncio.create_task(runner.run())
    await asyncio.wait_for(sink.started.wait(), 30)
    await asyncio.sleep(1)
    # A detector hears speech a little late, and its end after 0.2 s.
    marks = sorted([(start + 0.1, VADUserStartedSpeakingFrame()) for start, _, _ in it.turns]
                   + [(end + 0.2, VADUserStoppedSpeakingFrame(stop_secs=0.2)) for _, end, _ in it.turns], key=lambda mark: mark[0])
    it.begin()
    for pcm, at in it.chunks():
        await asyncio.sleep(it.delay(at))
        while marks and marks[0][0] <= at:
            await worker.queue_frame(marks.pop(0)[1])
        await worker.queue_frame(InputAudioRawFrame(audio=pcm, sample_rate=RATE, num_channels=1))
    for _, frame in marks:
        await worker.queue_frame(frame)
    await asyncio.sleep(5)
    await worker.queue_frame(EndFrame())
    await asyncio.wait_for(running, 30)


if __name__ == "__main__":
    main("pipecat", "deepgram-v1 and assemblyai-v3", lambda it: asyncio.run(talk(it)),
         lambda parser: parser.add_argument("--plugin", choices=["deepgram", "assemblyai"], default="deepgram"))
