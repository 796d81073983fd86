"""Soniox's live speakers (`enable_speaker_diarization`) through the official `soniox` package."""
import threading

from soniox import SonioxClient
from soniox.types import RealtimeSTTConfig

from conformance_common import HANG, ws_url
from soniox_client import MARKERS
from speakers_common import RATE, main


def words(tokens):
    """The tokens that are words, not marks or markers."""
    return [(token.text, token.start_ms / 1000, token.end_ms / 1000, token.speaker) for token in tokens
            if token.text not in MARKERS and any(letter.isalnum() for letter in token.text)]


def play(it):
    client = SonioxClient(api_key=it.args.key, websocket_base_url=ws_url(it.args.url, "/transcribe-websocket"))
    config = RealtimeSTTConfig(model="stt-rt-v4", audio_format="pcm_s16le", sample_rate=RATE, num_channels=1, language_hints=["en"],
                               enable_endpoint_detection=True, enable_speaker_diarization=True)
    done = threading.Event()

    def receive(session):
        try:
            for event in session.receive_events():
                if event.error_code:
                    it.error(f"server error {event.error_code}: {event.error_message}")
                it.words(words(token for token in event.tokens if token.is_final), True)
                it.words(words(token for token in event.tokens if not token.is_final), False)
        finally:
            done.set()

    with client.realtime.stt.connect(config=config, connect_timeout_sec=HANG) as session:
        threading.Thread(target=receive, args=(session,), daemon=True).start()
        it.begin()
        for pcm, at in it.chunks():
            it.wait(at)
            session.send_byte_chunk(pcm)
        session.finish()
        if not done.wait(it.args.patience):
            it.error("the server did not close the socket")


if __name__ == "__main__":
    main("soniox", "soniox-realtime", play)
