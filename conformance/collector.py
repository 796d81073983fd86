"""An OpenTelemetry collector: takes spans over OTLP/HTTP in JSON as strictly as the protocol's own definitions, and says what is wrong with them."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = {1: "internal", 2: "server", 3: "client"}


class Span:
    def __init__(self, span, resource):
        self.name, self.kind, self.resource = span.name, KINDS.get(span.kind, span.kind), resource
        self.trace, self.id, self.parent = span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex()
        self.start, self.end = span.start_time_unix_nano, span.end_time_unix_nano
        self.failed = span.status.code == 2
        self.attributes = {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in span.attributes}
        self.events = [event.name for event in span.events]

    def __getitem__(self, key):
        return self.attributes.get(key)


class Collector:
    """Listens on a port that the system picks; `spans` are those that came, `problems` what was no OTLP."""

    def __init__(self, token=None):
        self.spans, self.problems, self.texts = [], [], []
        self.token = token
        collector = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                problem = collector.take(self.path, self.headers, body)
                answer = json.dumps({"message": problem} if problem else {}).encode()
                self.send_response(400 if problem else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, path, headers, body):
        try:
            problem = self._take(path, headers, body)
        except (ValueError, json_format.ParseError) as error:
            problem = f"a request is no OTLP: {error}"
        if problem:
            self.problems.append(problem)
        return problem

    def _take(self, path, headers, body):
        if path != "/v1/traces":
            return f"a request came to {path}"
        if headers.get("Content-Type") != "application/json":
            return f"a request of the type {headers.get('Content-Type')}"
        if self.token and headers.get("Authorization") != self.token:
            return "a request without its header"
        request = ExportTraceServiceRequest()
        document = json.loads(body)
        json_format.ParseDict(_with_base64(document), request)
        self.texts.append(body.decode())
        for group in request.resource_spans:
            resource = {a.key: a.value.string_value for a in group.resource.attributes}
            for scope in group.scope_spans:
                self.spans += [Span(span, resource) for span in scope.spans]
        return None

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def judge(self, spoken, secrets=()):
        """What is wrong with all that came: as a list of sentences.

        `spoken`: what was said in the audio, of which no four words may stand in a span.
        """
        problems = list(self.problems)
        by_id = {(span.trace, span.id): span for span in self.spans}
        if len(by_id) != len(self.spans):
            problems.append("two spans have one identifier")
        sessions = [span for span in self.spans if span.name.startswith("session ")]
        utterances = [span for span in self.spans if span["gen_ai.operation.name"] == "speech_to_text"]
        streams = [span for span in self.spans if span.name.startswith("stream ")]
        for what, found in (("session", sessions), ("utterance", utterances), ("engine's stream", streams)):
            if not found:
                problems.append(f"no span of a {what} came")
        for span in self.spans:
            problems += [f"span {span.name!r}: {problem}" for problem in _problems(span, by_id)]
        text = "\n".join(self.texts)
        words = spoken.lower().split()
        if any(" ".join(words[at:at + 4]) in text.lower() for at in range(len(words) - 3)):
            problems.append("a span tells what was said")
        if any(secret and secret in text for secret in secrets):
            problems.append("a span tells a secret")
        return list(dict.fromkeys(problems))


def _problems(span, by_id):
    if len(span.trace) != 32 or len(span.id) != 16 or not int(span.trace, 16) or not int(span.id, 16):
        yield "its identifiers are none"
    if not 0 < span.start <= span.end:
        yield f"it lasts from {span.start} to {span.end}"
    if span.resource.get("service.name") is None:
        yield "nobody's: no service.name"
    if span.kind == "server":
        if span["gen_ai.operation.name"]:
            yield "a session is no operation of an engine"
        return
    parent = by_id.get((span.trace, span.parent))
    if parent is None:
        yield "its parent never came"
        return
    if parent.end < span.start or span.end > parent.end + 1_000_000:
        yield "it is not within its parent"
    if not span["gen_ai.provider.name"]:
        yield "no engine is named"
    if span["gen_ai.operation.name"] and not span.failed:
        if not span["gen_ai.response.model"]:
            yield "no model is named"
        if parent.name.startswith("session "):
            if span["gen_ai.conversation.id"] != parent["gen_ai.conversation.id"]:
                yield "it names another session than its parent"
            if not 0 <= span["harken.speech.start"] <= span["harken.speech.end"] <= parent["harken.audio.duration"] + 0.5:
                yield f"speech from {span['harken.speech.start']} to {span['harken.speech.end']} s"
            if not 0 <= span["harken.response.time_to_final"] < 600 or not 0 <= span["gen_ai.response.time_to_first_chunk"] < 600:
                yield "its times are none"
            if span["harken.words"] < 1 or "speech_end" not in span.events:
                yield "nobody spoke in it"


def _with_base64(value):
    """The JSON of OTLP has identifiers in hexadecimal where protobuf's has Base64."""
    if isinstance(value, dict):
        return {name: base64.b64encode(bytes.fromhex(inner)).decode() if name in ("traceId", "spanId", "parentSpanId") else _with_base64(inner)
                for name, inner in value.items()}
    return [_with_base64(inner) for inner in value] if isinstance(value, list) else value
