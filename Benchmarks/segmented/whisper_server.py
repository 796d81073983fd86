"""A server with OpenAI's transcription API over faster-whisper: what speaches and faster-whisper-server offer, without the rest.

    whisper_server.py MODEL-FOLDER [--port N] [--threads N]
"""

import argparse
import email.parser
import email.policy
import http.server
import io
import json
import threading

from faster_whisper import WhisperModel


def form_of(content_type, body):
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    fields = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        fields.setdefault(name, []).append(part.get_payload(decode=True))
    return fields


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v1/audio/transcriptions":
            return self.answer(404, {"error": {"message": "no such route"}})
        form = form_of(self.headers["Content-Type"], body)
        text = lambda name: form.get(name, [b""])[0].decode()  # noqa: E731
        granularities = [value.decode() for value in form.get("timestamp_granularities[]", [])]
        with self.server.lock:
            found, info = self.server.model.transcribe(
                io.BytesIO(form["file"][0]), language=text("language") or None, initial_prompt=text("prompt") or None,
                temperature=float(text("temperature") or 0), beam_size=self.server.beam,
                word_timestamps="word" in granularities)
            segments = list(found)
        answer = {"text": " ".join(segment.text.strip() for segment in segments)}
        if text("response_format") == "verbose_json":
            answer |= {"task": "transcribe", "language": info.language, "duration": info.duration}
            answer["segments"] = [
                {key: getattr(segment, key) for key in ("id", "seek", "start", "end", "text", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob")}
                for segment in segments
            ]
            if "word" in granularities:
                answer["words"] = [
                    {"word": word.word.strip(), "start": float(word.start), "end": float(word.end)} for segment in segments for word in segment.words
                ]
        self.answer(200, answer)

    def answer(self, status, value):
        body = json.dumps(value).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except BrokenPipeError:
            pass  # the client does not want the answer any more


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("model")
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--beam", type=int, default=5)
    given = arguments.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", given.port), Handler)
    server.daemon_threads = True
    server.lock = threading.Lock()
    server.beam = given.beam
    server.model = WhisperModel(given.model, device="cpu", compute_type="int8", cpu_threads=given.threads)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()


main()
