import Net
import Protocols
import Speech

/// A recording as the body of a request, read from disk while it is sent.
struct RecordingBody {
    private let recording: Recording
    private let summary: FileSummary
    var version: FileSummary.Version { summary.version }

    init(_ recording: Recording) throws(EngineError) {
        self.recording = recording
        do throws(HTTPClientError) {
            summary = try FileSummary(path: recording.path)
        } catch {
            throw .undecodable("The recording cannot be read.")
        }
        guard summary.byteCount > 0 else { throw .undecodable("The recording is empty.") }
    }

    /// - Parameter boundary: the boundary of a form; it must not occur in the form's parts.
    /// - Returns: the parts, and the content type unless the machine chose it; nil for a raw recording that no header can describe.
    func parts(for body: VendorRequest.Body, boundary: String) -> (parts: [HTTPClientRequest.BodyPart]?, contentType: String?)? {
        switch body {
        case .none: return (nil, nil)
        case .json(let bytes): return ([.bytes(bytes)], nil)
        case .file: return ([.file(path: recording.path)], fileType)
        case .describedFile: return described.map { ($0, "application/octet-stream") }
        case .form(let fields, let fileField):
            guard let described else { return nil }
            var head = ""
            for field in fields {
                head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n"
            }
            let kind = kind
            head += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(fileField)\"; filename=\"recording.\(kind?.rawValue ?? "bin")\"\r\n"
            head += "Content-Type: \(kind?.contentType ?? "application/octet-stream")\r\n\r\n"
            let tail = "\r\n--\(boundary)--\r\n"
            return ([.bytes(Array(head.utf8))] + described + [.bytes(Array(tail.utf8))], "multipart/form-data; boundary=\(boundary)")
        }
    }

    /// Content type of the file; nil for a raw recording, whose type the machine names.
    private var fileType: String? {
        if case .raw(let encoding, _, _) = recording.format, ![.flac, .oggOpus].contains(encoding) { return nil }
        return kind?.contentType ?? "application/octet-stream"
    }

    private var kind: RecordingKind? {
        if case .raw(let encoding, _, _) = recording.format, encoding.bytesPerSample != nil { return .wav }
        return RecordingKind(firstBytes: summary.firstBytes)
    }

    private var described: [HTTPClientRequest.BodyPart]? {
        guard case .raw(let encoding, let rate, let channels) = recording.format else { return [.file(path: recording.path)] }
        switch encoding {
        case .flac, .oggOpus: return [.file(path: recording.path)]
        case _:
            guard let header = WAVHeader.bytes(encoding, rate, channels: channels, dataByteCount: summary.byteCount) else { return nil }
            return [.bytes(header), .file(path: recording.path)]
        }
    }
}
