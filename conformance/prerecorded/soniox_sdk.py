#!/usr/bin/env python3
"""Drive a server of Soniox's recorded API with the official soniox package.

Uploads a recording, waits for its transcription, reads its tokens, lists and
deletes both, then provokes the failures that the package turns into its own
errors.
"""

from __future__ import annotations

import os
import sys

import _common as c

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def main() -> int:
    parser = c.base_parser(__doc__.splitlines()[0])
    parser.add_argument("--model", default="stt-async-v5", help="model to name (default stt-async-v5)")
    parser.add_argument("--language", default="en", help="language hint (default en)")
    parser.add_argument("--poll", type=float, default=0.5, help="seconds between status requests (default 0.5)")
    parser.add_argument("--bad-url", default="http://127.0.0.1:9/missing.wav", help="audio URL that cannot be fetched")
    args = c.parse(parser)
    report = c.Report("soniox_sdk", "soniox", c.sdk_version("soniox"), args)
    from soniox import SonioxClient, errors
    from soniox.types import CreateTranscriptionConfig

    def client_of(key: str) -> SonioxClient:
        return SonioxClient(api_key=key, api_base_url=args.url + "/v1", timeout_sec=min(args.timeout, 120.0))

    client = client_of(args.key)
    duration = c.audio_duration(args.audio)
    name = os.path.basename(args.audio)
    config = CreateTranscriptionConfig(language_hints=[args.language], enable_speaker_diarization=True, enable_language_identification=True)
    file = done = None

    with report.group("models") as run:
        if run:
            models = client.models.list().models
            report.check(any(m.id.startswith("stt-async-") and m.transcription_mode == "async" for m in models), "models: one for recordings", str([m.id for m in models]))
            report.check(all(m.languages for m in models), "models: each has languages", "one has none")

    with report.group("upload") as run:
        if run:
            before = client.files.count().total
            file = client.files.upload(args.audio, client_reference_id="call 7")
            report.check(file.filename == name, "upload: the file has its name", file.filename)
            report.check(file.size == os.path.getsize(args.audio), "upload: the size is that of the file", str(file.size))
            report.check(file.client_reference_id == "call 7", "upload: the client's own name comes back", repr(file.client_reference_id))
            report.check(client.files.get(file.id) == file, "upload: the same file is read", "another one was")
            report.check(client.files.count().total == before + 1, "upload: the file is counted", str(client.files.count()))
            report.check(file.id in [f.id for f in client.files.list(limit=5).files], "upload: the newest page has the file", "it has not")

    with report.group("transcribe") as run:
        if run:
            report.require(file is not None, "transcribe: a file to transcribe", "the upload group gave none")
            order = client.stt.create(model=args.model, file_id=file.id, client_reference_id="order 7", config=config)
            report.check(order.status in ("queued", "processing"), "transcribe: it begins as queued", order.status)
            ended = client.stt.wait(order.id, interval_sec=args.poll, timeout_sec=args.timeout)
            report.require(ended.status == "completed", "transcribe: status is completed", f"{ended.status}: {ended.error_message}")
            done = ended
            report.check(done.filename == name and done.file_id == file.id and done.audio_url is None, "transcribe: it names its file", str(done))
            report.check(done.client_reference_id == "order 7" and done.model == args.model, "transcribe: it says what was ordered", str(done))
            if duration is not None:
                report.check(abs((done.audio_duration_ms or 0) / 1000 - duration) <= 1.0, "transcribe: audio_duration_ms matches the file", str(done.audio_duration_ms))
            check_transcript(report, client.stt.get_transcript(done.id), duration)
            report.check(done.id in [t.id for t in client.stt.list(limit=5).transcriptions], "transcribe: the newest page has it", "it has not")

    with report.group("plain") as run:
        if run:
            report.require(file is not None, "plain: a file to transcribe", "the upload group gave none")
            plain = client.stt.transcribe_and_wait_with_tokens(
                model=args.model, file_id=file.id, config=CreateTranscriptionConfig(language_hints=[args.language]),
                wait_interval_sec=args.poll, wait_timeout_sec=args.timeout)
            report.check(all(t.speaker is None and t.language is None for t in plain.tokens), "plain: tokens have neither speaker nor language", "one has")
            client.stt.delete(plain.id)

    with report.group("bad-file") as run:
        if run:
            path = c.garbage_file()
            try:
                bad = client.stt.transcribe_and_wait(model=args.model, file=path, wait_interval_sec=args.poll, wait_timeout_sec=args.timeout)
                report.check(bad.status == "error" and bool(bad.error_type) and bool(bad.error_message), "bad-file: the transcription says why", str(bad))
                failed = report.expect_error("bad-file: its transcript raises SonioxConflictError", lambda: client.stt.get_transcript(bad.id), (errors.SonioxConflictError,))
                if failed is not None:
                    report.check(failed.api_error is not None and failed.api_error.error_type == "transcription_invalid_state", "bad-file: the error has its name", str(failed))
                client.stt.destroy(bad.id)
                report.check(client.files.get_or_none(bad.file_id) is None, "bad-file: destroy deletes the file too", str(bad.file_id))
            finally:
                os.unlink(path)

    with report.group("bad-url") as run:
        if run:
            bad = client.stt.transcribe_and_wait(model=args.model, audio_url=args.bad_url, wait_interval_sec=args.poll, wait_timeout_sec=args.timeout)
            report.check(bad.status == "error" and bool(bad.error_type), "bad-url: status is error with a name", str(bad))
            client.stt.delete(bad.id)

    with report.group("bad-order") as run:
        if run:
            for what, order in (("model", {"model": "no-such-model", "audio_url": args.bad_url}), ("both sources", {"model": args.model, "audio_url": args.bad_url, "file_id": UNKNOWN})):
                answer = client.request("POST", "/transcriptions", json=order)
                body = answer.json()
                report.check(answer.status_code == 400 and body["error_type"] == "invalid_request", f"bad-order: {what} is refused with 400", str(body))
                report.check(bool(body["validation_errors"]) and bool(body["request_id"]), f"bad-order: {what} is named", str(body))

    with report.group("unknown-id") as run:
        if run:
            for what, call in (("file", lambda: client.files.get(UNKNOWN)), ("transcription", lambda: client.stt.get(UNKNOWN)),
                               ("order", lambda: client.stt.create(model=args.model, file_id=UNKNOWN))):
                missing = report.expect_error(f"unknown-id: {what} raises SonioxNotFoundError", call, (errors.SonioxNotFoundError,))
                if missing is not None:
                    report.check(missing.api_error is not None and missing.api_error.error_type.endswith("_not_found"), f"unknown-id: {what} has its name", str(missing))

    with report.group("delete") as run:
        if run:
            report.require(done is not None, "delete: a transcription to delete", "the transcribe group gave none")
            client.stt.delete(done.id)
            report.check(client.stt.get_or_none(done.id) is None, "delete: the transcription is gone", "it is not")
            report.check(client.files.get_or_none(file.id) is not None, "delete: its file stays", "it is gone")
            client.files.delete(file.id)
            report.check(client.files.get_or_none(file.id) is None, "delete: the file is gone", "it is not")
            for number in range(3):
                client.files.upload(b"audio", filename=f"{number}.wav")
            client.files.delete_all(limit=1)
            client.stt.delete_all(limit=1)
            report.check(client.files.count().total == 0 and client.stt.count().total == 0, "delete: all, page by page", f"{client.files.count()} {client.stt.count()}")

    with report.group("auth") as run:
        if run:
            denied = report.expect_error("auth: a wrong key raises SonioxAuthenticationError", lambda: client_of(args.key + "-wrong").files.list(), (errors.SonioxAuthenticationError,))
            if denied is not None:
                report.check(denied.status_code == 401 and denied.api_error is not None and denied.api_error.error_type == "unauthenticated", "auth: status and name", str(denied))

    return report.finish()


def check_transcript(report: c.Report, t, duration) -> None:
    report.require(isinstance(t.text, str) and t.text.strip(), "transcribe: has text", repr(t.text))
    report.require(t.tokens, "transcribe: has tokens", repr(t.tokens))
    report.check("".join(token.text for token in t.tokens) == t.text, "tokens: joined they are the text", "they are not")
    report.check(all(c.is_unit(token.confidence) for token in t.tokens), "tokens: confidence within 0..1", "one is outside")
    report.check(all(token.speaker and token.speaker.isdigit() for token in t.tokens), "tokens: each has a speaker's number", "one has none")
    report.check(all(token.language == "en" for token in t.tokens), "tokens: each has its language", "one has not")
    c.check_spans(report, "tokens", [(token.start_ms / 1000.0, token.end_ms / 1000.0) for token in t.tokens], duration)
    c.check_placed(report, "tokens", [(token.text.strip(), token.start_ms / 1000.0, token.end_ms / 1000.0) for token in t.tokens])
    if duration is not None and duration > 1:
        report.check(max(token.end_ms for token in t.tokens) > 50 * duration, "tokens: times are milliseconds", f"last end is {t.tokens[-1].end_ms}")
    c.check_wer(report, "transcribe", t.text)
    report.result.update(text=t.text, tokens=len(t.tokens))


if __name__ == "__main__":
    sys.exit(main())
