"""Deepgram's live speakers (`diarize=true`) through the official `deepgram-sdk`."""
import threading

from deepgram import DeepgramClient
from deepgram.core.events import EventType

from deepgram_sdk import control, make_environment
from speakers_common import RATE, main


def play(it):
    client = DeepgramClient(environment=make_environment(it.args.url), api_key=it.args.key)
    closed = threading.Event()

    def on_message(message):
        if getattr(message, "type", None) == "Results":
            words = [(word.word, word.start, word.end, word.speaker) for word in message.channel.alternatives[0].words or []]
            if any(word[3] is not None and not isinstance(word[3], int) for word in words):
                it.error("a speaker is not a number")
            it.words(words, message.is_final)
        elif getattr(message, "type", None) == "Error":
            it.error(message.description)

    with client.listen.v1.connect(model="nova-3", language="en", encoding="linear16", sample_rate=RATE, channels=1, interim_results=True,
                                  punctuate=True, diarize=True) as connection:
        connection.on(EventType.MESSAGE, on_message)
        connection.on(EventType.CLOSE, lambda _: closed.set())
        threading.Thread(target=connection.start_listening, daemon=True).start()
        it.begin()
        for pcm, at in it.chunks():
            it.wait(at)
            connection.send_media(pcm)
        control(connection, "Finalize")
        control(connection, "CloseStream")
        if not closed.wait(it.args.patience):
            it.error("the server did not close the socket after CloseStream")


if __name__ == "__main__":
    main("deepgram-sdk", "deepgram-v1", play)
