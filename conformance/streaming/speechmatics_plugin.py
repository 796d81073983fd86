"""What the drivers of the Speechmatics plug-ins share: the messages of the client that both plug-ins have inside, each with a version of its own."""
import speechmatics.agent_stt._client
from speechmatics.agent_stt import AgentSttAsyncClient, ServerMessageType

from conformance_common import HANG

# It waits 5 s for the end of the session.
speechmatics.agent_stt._client.DISCONNECT_TIMEOUT_S = HANG


def extra(p):
    p.add_argument("--language", default="en")


def tap(run):
    """Observes the beginning, the turns and the end of the session, which the plug-ins hide. Nothing is altered."""
    original, turns = AgentSttAsyncClient.connect, []

    def end_of_turn(message):
        turns.append(message["metadata"]["end_time"])
        run.event("end_of_turn", at=turns[-1])

    def end(message):
        if not turns:
            run.error("no turn has ended")
        run.terminated("EndOfTranscript")

    handlers = {
        "RECOGNITION_STARTED": lambda m: run.opened(id=m["id"]),
        "END_OF_TURN": end_of_turn,
        "WARNING": lambda m: run.event("warning", type=m.get("type"), reason=m["reason"]),
        "ERROR": lambda m: run.error(f"server error {m['type']}: {m['reason']}"),
        "END_OF_TRANSCRIPT": end,
    }

    async def connect(self, *args, **kwargs):
        for name, handler in handlers.items():
            self.on(getattr(ServerMessageType, name), handler)
        return await original(self, *args, **kwargs)

    AgentSttAsyncClient.connect = connect
