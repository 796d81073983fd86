package import Framing

/// A message from the service: tokens and its progress, or an error.
///
/// Source: Soniox "Real-time API" reference, responses.
package enum SonioxMessage: Sendable, Equatable {
    case update(SonioxUpdate)
    case error(SonioxError)
    /// A message that is not an object, or an object with neither tokens nor an error.
    case malformed(String)

    package func write(to json: inout JSONWriter) {
        switch self {
        case .update(let update): update.write(to: &json)
        case .error(let error):
            json.beginObject()
            json.key("tokens")
            json.beginArray()
            json.endArray()
            json.member("error_code", error.code)
            json.member("error_message", error.message)
            json.endObject()
        case .malformed:
            json.beginObject()
            json.endObject()
        }
    }

    /// Maximum size of a message, in bytes. The tokens of ten minutes stay below this size.
    private static let sizeLimit = 1_048_576

    package init(parsing text: RawSpan) {
        guard text.byteCount <= Self.sizeLimit else {
            self = .malformed("larger than \(Self.sizeLimit) bytes")
            return
        }
        self = text.withUnsafeBytes { bytes in
            do throws(JSONReader.Malformed) {
                var reader = JSONReader(bytes)
                var tokens: [SonioxToken]?, final = 0, total = 0, isFinished = false, code: Int?, message = ""
                let isObject = try reader.object { name, reader throws(JSONReader.Malformed) in
                    switch name {
                    case "tokens":
                        var list: [SonioxToken] = []
                        let isList = try reader.array { _, reader throws(JSONReader.Malformed) in
                            if let token = try SonioxToken(reading: &reader) { list.append(token) }
                        }
                        if isList { tokens = list }
                    case "final_audio_proc_ms": final = try reader.int() ?? 0
                    case "total_audio_proc_ms": total = try reader.int() ?? 0
                    case "finished": isFinished = try reader.bool() ?? false
                    case "error_code": code = try reader.int()
                    case "error_message": message = try reader.string() ?? ""
                    default: try reader.skip()
                    }
                }
                try reader.end()
                guard isObject else { return .malformed("not an object") }
                if let code { return .error(SonioxError(code, message)) }
                guard tokens != nil || isFinished else { return .malformed("without tokens") }
                return .update(SonioxUpdate(tokens: tokens ?? [], finalThrough: final, totalThrough: total, isFinished: isFinished))
            } catch {
                return .malformed("not JSON at byte \(error.position)")
            }
        }
    }
}

/// An update of the transcript. Final tokens come once, before the tokens that are not final. The latter replace all such tokens of the previous
/// update.
package struct SonioxUpdate: Sendable, Equatable {
    package var tokens: [SonioxToken]
    /// Milliseconds of audio that final tokens cover.
    package var finalThrough: Int
    /// Milliseconds of audio that the service processed.
    package var totalThrough: Int
    /// True for the last message of a stream.
    package var isFinished: Bool
    /// Warnings about the client's configuration. The vendor has no such member; clients ignore members that they do not know.
    package var warnings: [String] = []

    package init(tokens: [SonioxToken] = [], finalThrough: Int, totalThrough: Int, isFinished: Bool = false) {
        self.tokens = tokens
        self.finalThrough = finalThrough
        self.totalThrough = totalThrough
        self.isFinished = isFinished
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("tokens")
        json.beginArray()
        for token in tokens { token.write(to: &json) }
        json.endArray()
        json.member("final_audio_proc_ms", finalThrough)
        json.member("total_audio_proc_ms", totalThrough)
        if isFinished { json.member("finished", true) }
        if !warnings.isEmpty {
            json.key("warnings")
            json.array(warnings)
        }
        json.endObject()
    }
}
