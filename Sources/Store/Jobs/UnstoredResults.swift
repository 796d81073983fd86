import Foundation
import Framing
import Glibc
package import Speech

/// Results of jobs that the database could not take yet, with one file for each result. If the process ends, the next process takes them over, so
/// that nothing is recognised and paid for twice.
///
/// All methods block until the disk has done the work.
package struct UnstoredResults: Sendable {
    private let directory: String

    /// - Parameter directory: folder of the files; created, for its owner only, if it does not exist.
    package init(directory: String) throws(StoreError) {
        self.directory = directory
        guard mkdir(directory, 0o700) == 0 || errno == EEXIST else { throw PrivateFile.failure(directory) }
    }

    /// Returns the path of a job's file; nil when the id cannot be a file name. The gateway makes the ids, but they are read from the database.
    private func path(of id: ID<TranscriptionJob>) -> String? {
        let isPlain = id.rawValue.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F
        }
        return isPlain && (1...64).contains(id.rawValue.utf8.count) ? directory + "/" + id.rawValue : nil
    }

    package func keep(_ outcome: JobOutcome, of id: ID<TranscriptionJob>) throws(StoreError) {
        guard let path = path(of: id) else { throw .notUsable(path: directory, reason: "a job's id is not a file name") }
        try PrivateFile.write(Self.encoded(outcome), to: path)
    }

    package func remove(_ id: ID<TranscriptionJob>) {
        if let path = path(of: id) { unlink(path) }
    }

    /// Returns the results that earlier processes left. Removes a file that is not a complete result; its job is worked on again.
    package func all() throws(StoreError) -> [(id: ID<TranscriptionJob>, outcome: JobOutcome)] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: directory) } catch {
            throw .notUsable(path: directory, reason: error.localizedDescription)
        }
        var found: [(ID<TranscriptionJob>, JobOutcome)] = []
        for name in names.sorted() {
            let id = ID<TranscriptionJob>(name)
            guard let path = path(of: id) else {
                // A draft that was not completed.
                unlink(directory + "/" + name)
                continue
            }
            guard let bytes = try PrivateFile.read(path, limit: 1 << 30) else { continue }
            if let outcome = Self.decoded(bytes) { found.append((id, outcome)) } else { unlink(path) }
        }
        return found
    }

    // MARK: The file: a line of JSON, then the vendor's own answer, if there is one.

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
