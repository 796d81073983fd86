"""Speechmatics realtime v2, two channels, through `speechmatics-rt`'s multi-channel client."""
import asyncio
import io

from speechmatics.rt import AsyncMultiChannelClient, AudioEncoding, AudioFormat, ServerMessageType, TranscriptionConfig

from conformance_common import HANG, Run, normalise, word_error_rate, ws_url

LATE = 0.5
AsyncMultiChannelClient._wait_recognition_started.__defaults__ = (HANG,)


async def talk(run, audio):
    args = run.args
    silence = bytes(2 * int(LATE * audio.rate))
    sources = {"left": io.BytesIO(audio.pcm + silence), "right": io.BytesIO(silence + audio.pcm)}
    said, acknowledged = {"left": [], "right": []}, {"left": 0, "right": 0}
    over = asyncio.Event()

    def guarded(act):
        def call(message):
            try:
                act(message)
            except Exception as problem:
                run.error(f"malformed {message.get('message')}: {type(problem).__name__}: {problem}")
        return call

    def added(message):
        channel = message["channel"]
        if message["seq_no"] != acknowledged[channel] + 1:
            run.error(f"{channel}: seq_no {message['seq_no']} after {acknowledged[channel]}")
        acknowledged[channel] = message["seq_no"]

    def partial(message):
        meta = message["metadata"]
        run.interim(meta["transcript"], meta["start_time"], meta["end_time"], channel=message["channel"])

    def final(message):
        meta, channel = message["metadata"], message["channel"]
        words = [(result["alternatives"][0]["content"], result["start_time"], result["end_time"])
                 for result in message["results"] if result["type"] == "word"]
        for result in message["results"]:
            if result["channel"] != channel:
                run.error(f"a result of {result['channel']} among those of {channel}")
        said[channel].append(meta["transcript"])
        # The run's own text is that of one channel.
        text = meta["transcript"] if channel == "left" else ""
        run.final(text, meta["start_time"], meta["end_time"], words, track=channel, channel=channel)

    def ended(_):
        run.terminated("EndOfTranscript")
        over.set()

    def failed(message):
        run.error(f"server error {message.get('type')}: {message.get('reason')}")
        over.set()

    async with AsyncMultiChannelClient(api_key=args.key, url=ws_url(args.url, "/v2")) as client:
        client.on(ServerMessageType.RECOGNITION_STARTED, guarded(lambda message: run.opened(id=message["id"])))
        client.on(ServerMessageType.CHANNEL_AUDIO_ADDED, guarded(added))
        client.on(ServerMessageType.ADD_PARTIAL_TRANSCRIPT, guarded(partial))
        client.on(ServerMessageType.ADD_TRANSCRIPT, guarded(final))
        client.on(ServerMessageType.WARNING, lambda message: run.event("warning", reason=message.get("reason")))
        client.on(ServerMessageType.ERROR, failed)
        client.on(ServerMessageType.END_OF_TRANSCRIPT, ended)
        # The client sends as fast as it can: an engine may have all at once, and nothing to say before its finals.
        await client.transcribe(
            sources, transcription_config=TranscriptionConfig(language="en", enable_partials=True, max_delay=1.0),
            audio_format=AudioFormat(encoding=AudioEncoding.PCM_S16LE, sample_rate=audio.rate, chunk_size=8192), timeout=args.timeout)
        run.audio_sent()
        await asyncio.wait_for(over.wait(), audio.seconds + args.timeout)
    pieces = -(-(len(audio.pcm) + len(silence)) // 8192)
    for channel, count in acknowledged.items():
        if count != pieces:
            run.error(f"{channel}: {pieces} audio messages sent, {count} acknowledged")
    if run.truth and normalise("".join(said["right"])) != run.words_of_truth():
        run.error(f"right: {''.join(said['right'])!r}")
    elif not run.truth and args.expect_text and word_error_rate(args.expect_text, "".join(said["right"])) > args.max_wer:
        run.error(f"right: {''.join(said['right'])!r}")


def main():
    run = Run("speechmatics-rt", "speechmatics-v2 channels", needs_interim=False)
    audio = run.load()
    # Both channels are this much longer than the recording.
    audio.seconds += LATE
    run.offsets = {"right": LATE}

    async def guard():
        try:
            await talk(run, audio)
        except Exception as problem:
            run.error(f"{type(problem).__name__}: {problem}")

    asyncio.run(guard())
    run.finish()


if __name__ == "__main__":
    main()
