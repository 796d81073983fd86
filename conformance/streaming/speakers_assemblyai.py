"""AssemblyAI's live speakers (`speaker_labels=true`) through the official `assemblyai` package."""
from assemblyai.streaming.v3 import StreamingClient, StreamingClientOptions, StreamingEvents, StreamingParameters

from conformance_common import HANG, ws_url
from speakers_common import RATE, main


def play(it):
    client = StreamingClient(StreamingClientOptions(
        api_host=ws_url(it.args.url), api_key=it.args.key, connect_timeout=HANG, terminate_timeout=it.args.patience))

    def on_turn(_, turn):
        words = [(word.text, word.start / 1000, word.end / 1000, word.speaker) for word in turn.words]
        if words and turn.end_of_turn and turn.speaker_label is None:
            it.error("a finished turn has no speaker_label")
        it.words(words, turn.end_of_turn)

    client.on(StreamingEvents.Turn, on_turn)
    client.on(StreamingEvents.Error, lambda _, error: it.error(f"client error: {error}"))
    client.on(StreamingEvents.Warning, lambda _, warning: it.error(f"warning: {warning.warning}"))
    client.connect(StreamingParameters(sample_rate=RATE, encoding="pcm_s16le", speech_model="universal-streaming-english", speaker_labels=True))
    it.begin()
    for pcm, at in it.chunks():
        it.wait(at)
        client.stream(pcm)
    client.disconnect(terminate=True)


if __name__ == "__main__":
    main("assemblyai-sdk", "assemblyai-v3", play)
