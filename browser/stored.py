"""Conversations and sessions that a play makes for itself, through the gateway's API, and voices that it makes up."""

import base64
import pathlib
import re
import urllib.parse
import wave

from console import expect

TICKET = """const answer = await fetch('/api/v1/tickets', {method: 'POST', headers: {'Content-Type': 'application/json'}, body: '{"path":"/v4/listen"}'});
    const {ticket} = await answer.json();"""

# Stores a conversation in a language: sentences with their speakers, as a client's own transcript.
SAY = """async ([lines, language]) => {
    %s
    const query = new URLSearchParams({custom_stt: 'enabled', codec: 'pcm16', sample_rate: 16000, language, source: 'desktop', ack: 'true', ticket});
    const socket = new WebSocket(`ws://${location.host}/v4/listen?${query}`);
    await new Promise((opened) => { socket.onopen = opened; });
    const closed = new Promise((done) => { socket.onclose = (event) => done(event.code); });
    for (let first = 0; first < lines.length; first += 5) {
        const segments = lines.slice(first, first + 5).map(([speaker, start, end, text]) => ({text, start, end, speaker: `SPEAKER_0${speaker}`}));
        socket.send(JSON.stringify({type: 'suggested_transcript', segments}));
        if (first %% 200 === 0) await new Promise((rest) => setTimeout(rest, 10));
    }
    socket.send(JSON.stringify({type: 'finish'}));
    return await closed;
}""" % TICKET

# Opens a live session, with more in its query, and leaves it open: `held` sends audio, or a text of a speaker, and ends the session.
HOLD = """async (more) => {
    %s
    const query = new URLSearchParams({codec: 'pcm16', sample_rate: 16000, language: 'en', source: 'desktop', ack: 'true', ...more, ticket});
    const socket = new WebSocket(`ws://${location.host}/v4/listen?${query}`);
    window.held = {
        session: null, code: null,
        say: (data) => socket.send(Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))),
        suggest: (number, text) => socket.send(JSON.stringify({type: 'suggested_transcript', segments: [
            {text, start: number * 10, end: number * 10 + 8, speaker: `SPEAKER_0${number}`}]})),
        finish: () => socket.send(JSON.stringify({type: 'finish'})),
    };
    socket.onclose = (event) => { held.code = event.code; };
    socket.onmessage = ({data}) => {
        if (data.startsWith('{') && JSON.parse(data).type === 'session_started') held.session = JSON.parse(data).session_id;
    };
}""" % TICKET

# What is said live on the page.
SAID = "() => [...document.querySelectorAll('.live-text .said')].map((line) => line.textContent).join(' ')"

# "A Mad Tea-Party", Lewis Carroll.
TEA_LINES = [
    (1, "Your hair wants cutting."), (0, "You should learn not to make personal remarks. It's very rude."), (1, "Why is a raven like a writing desk?"),
    (0, "I believe I can guess that."), (2, "Do you mean that you think you can find out the answer to it?"), (0, "Exactly so."),
    (2, "Then you should say what you mean."), (0, "I do. At least I mean what I say. That's the same thing, you know."),
    (1, "Not the same thing a bit! You might just as well say that I see what I eat is the same thing as I eat what I see."),
    (1, "What day of the month is it?"), (0, "The fourth."), (1, "Two days wrong. I told you butter wouldn't suit the works."),
    (2, "It was the best butter."), (1, "Yes, but some crumbs must have got in as well."), (2, "Take some more tea."),
    (0, "I've had nothing yet, so I can't take more."), (1, "You mean you can't take less. It's very easy to take more than nothing."),
]
TEA = [(speaker, number * 5.2, number * 5.2 + 4.1, text) for number, (speaker, text) in enumerate(TEA_LINES)]

# Eight hours.
LONG_DAY = [(number % 4, number * 5.75, number * 5.75 + 3.2, f"This is sentence number {number} of a long day, and it is as long as others are.")
            for number in range(5050)]


def conversations(console):
    return [one["id"] for one in console.get("/api/v1/conversations?limit=50")["conversations"]]


def store(console, lines, language="en"):
    """Stores a conversation, and returns its id."""
    before = conversations(console)
    code = console.page.evaluate(SAY, [lines, language])
    expect(code == 1000, f"the session that stores a conversation ended with {code}")
    made = []

    def is_listed():
        made[:] = [one for one in conversations(console) if one not in before]
        return made
    console.until(is_listed, "the conversation is listed")
    expect(len(made) == 1, f"{len(made)} conversations are new")
    return made[0]


# The addresses at which the page asks for voices.
VOICES_ASKED = re.compile(r"/api/v1/voices\?")


def tells_voices(voices):
    """Answers a request for voices as the gateway does: those with a name, or a page of those that wait for one and can be heard."""
    def answer(route):
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(route.request.url).query))
        if asked.get("named") == "true":
            return route.fulfill(json={"voices": [voice for voice in voices if voice["person_id"] or voice["is_user"]], "next": None})
        waiting = [voice for voice in voices if not voice["person_id"] and not voice["is_user"] and not voice.get("is_silent")]
        waiting.sort(key=lambda voice: (voice["evidence"], voice["created_at"]), reverse=True)
        first = int(asked.get("cursor", 0))
        last = first + int(asked["limit"])
        return route.fulfill(json={"voices": waiting[first:last], "next": str(last) if last < len(waiting) else None})

    return answer


def samples_of(recording):
    """The samples of a WAV file, as base64."""
    with wave.open(str(recording)) as clip:
        return base64.b64encode(clip.readframes(clip.getnframes())).decode()


def recognise(console, recording):
    """Has the gateway recognise a recording, as a client of Deepgram's."""
    answer = console.context.request.post("/v1/listen", data=pathlib.Path(recording).read_bytes(), headers={"Content-Type": "audio/wav"}, timeout=0)
    expect(answer.ok, f"POST /v1/listen was answered with {answer.status}: {answer.text()[:200]}")
