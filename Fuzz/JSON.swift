import Framing
import Protocols

/// What was read must be the same after being written and read again.
func fuzzJSON(_ bytes: RawSpan) {
    guard let value = try? JSONValue(parsing: bytes.withUnsafeBytes { Array($0) }) else { return }
    var writer = JSONWriter()
    writer.value(value)
    precondition((try? JSONValue(parsing: writer.bytes)) == value, "written JSON does not read as what was written")
}

/// Any text must come back after being written as a value.
func fuzzJSONString(_ bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    var writer = JSONWriter()
    writer.beginArray()
    writer.value(text)
    writer.endArray()
    precondition((try? JSONValue(parsing: writer.bytes)) == [.string(text)], "a written string does not read as what was written")
}

func fuzzDeepgramServerMessage(_ bytes: RawSpan) {
    _ = DeepgramServerMessage(parsing: bytes)
}

/// What was understood must be the same after being written and read again.
func fuzzDeepgramClientMessage(_ bytes: RawSpan) {
    let message = DeepgramClientMessage(parsing: bytes)
    if case .invalid = message { return }
    var writer = JSONWriter()
    message.write(to: &writer)
    precondition(DeepgramClientMessage(parsing: writer.bytes.span.bytes) == message, "the written message does not read as what was written")
}
