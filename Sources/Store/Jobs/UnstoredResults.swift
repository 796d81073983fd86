import Framing
package import Speech

/// Results of jobs that the database could not take yet, with one blob for each result. If the process ends, the next process takes them over, so
/// that nothing is recognised and paid for twice.
package struct UnstoredResults: Sendable {
    private let blobs: any BlobStore

    /// Maximum length of a result that is read, in bytes.
    private static let maxByteCount = 1 << 30

    package init(in blobs: any BlobStore) { self.blobs = blobs }

    package func keep(_ outcome: JobOutcome, of id: ID<TranscriptionJob>) async throws(StoreError) {
        guard let name = BlobName(id.rawValue) else { throw .notUsable(path: blobs.location, reason: "a job's id is not a file name") }
        try await blobs.put(Self.encoded(outcome), as: name)
    }

    /// Removes a result. If the removal fails, the next start removes the result, because its job is over.
    package func remove(_ id: ID<TranscriptionJob>) async {
        if let name = BlobName(id.rawValue) { try? await blobs.delete(name) }
    }

    /// Returns the results that earlier processes left. Removes a blob that is not a complete result; its job is worked on again.
    package func all() async throws(StoreError) -> [(id: ID<TranscriptionJob>, outcome: JobOutcome)] {
        var found: [(ID<TranscriptionJob>, JobOutcome)] = []
        for blob in try await blobs.all() {
            // Jobs' ids have no dot: the blob is a draft that version 0.1 did not complete.
            guard !blob.name.text.contains("."), blob.byteCount <= Self.maxByteCount,
                let bytes = try await blobs.content(of: blob.name, maxByteCount: Self.maxByteCount),
                let outcome = Self.decoded(bytes)
            else {
                try await blobs.delete(blob.name)
                continue
            }
            found.append((ID(blob.name.text), outcome))
        }
        return found
    }

    // MARK: The content: a line of JSON, then the vendor's own answer, if there is one.

    private static func encoded(_ outcome: JobOutcome) -> [UInt8] {
        var json = JSONWriter(capacity: 65_536)
        json.beginObject()
        var raw: [UInt8]?
        switch outcome {
        case .completed(let transcript):
            json.key("transcript")
            json.value(raw: Array(TranscriptCoding.encode(transcript).utf8))
            raw = transcript.raw
        case .failed(let reason): json.member("error", reason)
        }
        json.member("has_raw", raw != nil)
        json.endObject()
        return json.bytes + [UInt8(ascii: "\n")] + (raw ?? [])
    }

    private static func decoded(_ bytes: [UInt8]) -> JobOutcome? {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let document = try? JSONDocument(parsing: Array(bytes[..<end]), sizeLimit: 1 << 30)
        else { return nil }
        if let reason = document.root["error"].string { return .failed(reason) }
        guard var transcript = TranscriptCoding.decode(document.root["transcript"]) else { return nil }
        if document.root["has_raw"].bool == true { transcript.raw = Array(bytes[(end + 1)...]) }
        return .completed(transcript)
    }
}
