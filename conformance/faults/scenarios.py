"""What goes wrong, and with which engine."""

from dataclasses import dataclass

DEAD = "dead"  # in place of faults: nothing listens where the engine should be
# The vendor that stands behind each.
SECOND = {"assemblyai": "deepgram", "deepgram": "assemblyai", "soniox": "deepgram", "speechmatics": "assemblyai", "agent-stt": "assemblyai",
          "openai": "deepgram"}
# Columns of a vendor's other service: the vendor, and what the gateway is told so that it asks for it. A program with HarkenKit is told nothing.
SERVICES = {"agent-stt": ("speechmatics", {"SPEECHMATICS_LIVE_MODEL": "linden-1"})}

# Engines whose words have no times of their own: the times of their runs are estimates, which are shown and not judged.
UNTIMED = ("openai", "agent-stt")


def vendors_of(engine):
    """The vendors of a column, by their places."""
    return {"first": SERVICES[engine][0] if engine in SERVICES else engine, "second": SECOND[engine]}


@dataclass(frozen=True)
class Scenario:
    """Faults of the first engine, and of the one behind it. `{mid}` is a moment inside a word, past the middle of the recording; `{third}` is a
    moment inside a word after about a quarter of it: seconds of a stream's audio."""

    name: str
    first: tuple | str = ()
    second: tuple = ()
    # Only the first so many streams of an engine suffer; 0: all.
    count: int = 0
    # The gateway's engines, in order.
    engines: tuple = ("first", "second", "local")
    # What the client asks for in `X-Harken-Mode`; None: nothing.
    mode: str | None = None
    # What else the gateway is told.
    settings: tuple = ()
    # The engines that hear the session from its beginning; None: that is not looked at.
    hearing: tuple | None = None
    # Seconds of loud noise before the speech, in which no engine may be given up.
    noise: float = 0
    # Seconds from `{mid}` on in which every vendor is gone: streams are reset, and nothing is answered.
    outage: float = 0
    in_test: bool = False

    @property
    def nobody_for(self):
        """Seconds from the fault on in which nobody can recognise anything: no wait is counted before they are over."""
        return 0 if "local" in self.engines else self.outage


CLEAN = "nothing fails"
# Where the local engine takes over, its times are as good as the vendor's: they are compared with those of its own uninterrupted run.
LOCAL = "nothing fails, local alone"
DOWN = "all vendors down"

BOTH = ("first", "second")

# What makes the gateway shadow every session.
SHADOW = ("HARKEN_MODE", "shadow")

SCENARIOS = (
    Scenario(CLEAN),
    Scenario(LOCAL, engines=("local",)),
    Scenario("refused", DEAD),
    Scenario("reset", ("refuse",)),
    Scenario("401", ("401",)),
    Scenario("429", ("429",)),
    Scenario("503", ("5xx=503",), in_test=True),
    Scenario("hang at connect", ("hang-connect",)),
    Scenario("hang at opening", ("silent-opening",)),
    Scenario("clean close", ("close-after={mid}",), count=1),
    Scenario("abort", ("drop-after={mid}",), count=1, in_test=True),
    Scenario("stall", ("stall-after={mid}",), count=1, in_test=True),
    Scenario("half-open", ("half-open-after={mid}",), count=1),
    Scenario("garbage", ("garbage-after={mid}",), count=1),
    Scenario("garbage between", ("garble",)),
    Scenario("late finals", ("hold-after={mid}", "hold=4.5"), count=1),
    Scenario("doubled finals", ("double-finals",), in_test=True),
    Scenario("error message", ("error-after={mid}",), count=1, in_test=True),
    Scenario("slow", ("late=1.5",)),
    Scenario("close before the last final", ("cut-end",), in_test=True),
    Scenario("session cap", ("cap-after={mid}",), count=1),
    Scenario("one alone, aborted thrice", ("drop-after={third}",), count=3, engines=("first",)),
    Scenario("two fail in turn", ("drop-after={third}",), ("drop-after={third}",), count=1),
    Scenario(DOWN, outage=3600),
    Scenario("all engines down for 6 s", outage=6, engines=("first", "second")),
    # Vendors say nothing to it, and nothing is wrong with them.
    Scenario("noise before the speech", noise=8, in_test=True),
    # Several hear a session at a time. Who asks for `failover` has it whatever the others have.
    Scenario("failover, abort", ("drop-after={mid}",), count=1, mode="failover", settings=(("HARKEN_MODE", "hedged"),), hearing=("first",), in_test=True),
    Scenario("hedged, the first stalls", ("stall-after={mid}",), count=1, engines=BOTH, mode="hedged", hearing=BOTH, in_test=True),
    Scenario("ensemble, the second aborts", (), ("drop-after={mid}",), count=1, engines=BOTH, mode="ensemble", hearing=BOTH, in_test=True),
    # No client asks for a shadow: the operator wants it.
    Scenario("shadow, the shadow aborts", (), ("drop-after={mid}",), count=1, engines=BOTH,
             settings=(SHADOW, ("HARKEN_SHADOW_SHARE", "1")), hearing=BOTH, in_test=True),
)
