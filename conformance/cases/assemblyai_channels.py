"""AssemblyAI recordings of several channels, through the vendor's Python package: each word, utterance, sentence and paragraph is of one channel.

The vendor's Node package found it (`transcript.test.ts`, "should transcribe multichannel audio"): it reads the channel's number, from "1", as `speaker` and
`channel` of words and utterances. Both packages send the same JSON.
"""

import re
import tempfile

import assemblyai as aai
import numpy as np

from common import A, C, HANG, Verdict, arguments, cut, errors, load, solo, wav

a = arguments(__doc__)
v = Verdict()
aai.settings.base_url, aai.settings.api_key, aai.settings.polling_interval, aai.settings.http_timeout = a.url, "any", 0.2, HANG
SLOT = 4  # seconds


def transcribe(samples, **options):
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(wav(samples))
        file.flush()
        t = aai.Transcriber().transcribe(file.name, aai.TranscriptionConfig(**options))
    if t.status != aai.TranscriptStatus.completed:
        raise RuntimeError(t.error)
    return t


def is_of_one(part):
    """True if the words of a part have one channel and one speaker, which are the part's own."""
    return {(w.channel, w.speaker) for w in part.words} == {(part.channel, part.speaker)}


def both_at_once():
    """Two channels on which people speak at the same time."""
    x, y = load(a.audio, A), load(a.audio, C)
    length = min(len(x), len(y))
    two, want = np.stack([x[:length], y[:length]], axis=1), [solo(a.url, x[:length]), solo(a.url, y[:length])]
    for options in ({"multichannel": True}, {"dual_channel": True}, {"multichannel": True, "speaker_labels": True}):
        shown = " and ".join(options)
        t = transcribe(two, **options)
        v.see(all(t.json_response.get(name) is True for name in options), f"{shown}: the answer says so")
        v.see(t.json_response.get("audio_channels") == 2, f"{shown}: two channels", t.json_response.get("audio_channels"))
        form = re.compile("[12][A-Z]{1,2}" if "speaker_labels" in options else "[12]")
        speakers = {w.speaker for part in (t.words, t.utterances or []) for w in part}
        v.see(all(form.fullmatch(s or "") for s in speakers), f"{shown}: a speaker has the channel's number", speakers)
        v.see(all((w.speaker or "").startswith(w.channel or "-") for w in t.words), f"{shown}: the word's own channel")
        for number in (1, 2):
            got = " ".join(w.text for w in t.words if w.channel == str(number))
            v.see(errors(got, want[number - 1]) <= 0.15, f"{shown}: the words of channel {number}", repr(got[:70]))
        utterances, sentences, paragraphs = t.utterances or [], t.get_sentences(), t.get_paragraphs()
        v.see(bool(utterances) and all(is_of_one(u) for u in utterances), f"{shown}: each utterance is of one channel and speaker", len(utterances))
        v.see(bool(sentences) and all(len({w.channel for w in s.words}) == 1 for s in sentences), f"{shown}: each sentence is of one channel", len(sentences))
        v.see(all(s.channel and s.speaker for s in sentences), f"{shown}: a sentence has its channel and its speaker")
        v.see(bool(paragraphs) and all(len({w.channel for w in p.words}) == 1 for p in paragraphs), f"{shown}: each paragraph is of one channel", len(paragraphs))
        v.see(bool(sentences) and all(s.text in t.text for s in sentences), f"{shown}: the text has whole sentences")


def in_turn():
    """As the vendor's own recording of eight channels: each speaks when the others have ended."""
    x = np.concatenate([load(a.audio, A), load(a.audio, C)])
    eight = np.zeros((8 * SLOT * 16_000, 8), "<i2")
    for channel in range(8):
        eight[channel * SLOT * 16_000 : (channel + 1) * SLOT * 16_000, channel] = cut(x, channel * SLOT, (channel + 1) * SLOT)
    t = transcribe(eight, multichannel=True)
    v.see(t.json_response.get("audio_channels") == 8, "eight channels", t.json_response.get("audio_channels"))
    utterances = t.utterances or []
    v.see({u.channel for u in utterances} == set("12345678"), "eight channels: each has its utterance", [(u.channel, u.text[:20]) for u in utterances])
    v.see(all(is_of_one(u) and u.speaker == u.channel for u in utterances), "eight channels: the speaker is the channel's number")

    def is_in_time(u):
        return (int(u.channel) - 1) * SLOT - 0.5 <= u.start / 1000 <= u.end / 1000 <= int(u.channel) * SLOT + 0.5

    elsewhere = [(u.channel, u.start, u.end) for u in utterances if not is_in_time(u)]
    v.see(not elsewhere, "eight channels: each utterance is in its channel's time", elsewhere)
    starts = [w.start for w in t.words]
    v.see(starts == sorted(starts), "eight channels: words by time")


both_at_once()
in_turn()
v.end()
