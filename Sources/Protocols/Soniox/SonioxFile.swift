package import Framing
package import Speech

/// A file of `/v1/files`.
///
/// Source: Soniox API reference, "Upload file", "Get files".
package struct SonioxFile: Sendable, Equatable {
    /// Maximum length of a client's own name for a file or a transcription, in characters.
    package static let maxReference = SonioxConfiguration.maxReference
    /// Maximum length of a file's name, in bytes. The limit is Harken's.
    package static let maxName = 1_024

    package var id: String
    package var name: String
    /// Size in bytes.
    package var byteCount: Int
    package var created: UnixTime
    package var reference: String?

    package init(id: String, name: String, byteCount: Int, created: UnixTime, reference: String?) {
        self.id = id
        self.name = name
        self.byteCount = byteCount
        self.created = created
        self.reference = reference
    }

    /// Returns a file's name as it is stored: as the client wrote it, but not empty and not without end.
    package static func name(_ given: String) -> String {
        guard !given.isEmpty else { return "upload.bin" }
        guard given.utf8.count > maxName else { return given }
        // The end has the file's type. It begins at no byte within a character.
        return String(decoding: given.utf8.suffix(maxName).drop { $0 & 0xC0 == 0x80 }, as: UTF8.self)
    }

    /// - Throws: an error when the client's own name for a file is too long.
    package static func check(reference: String?) throws(SonioxAPIError) {
        guard let reference, reference.unicodeScalars.count > maxReference else { return }
        throw .field("body.client_reference_id", "String should have at most \(maxReference) characters.", type: "string_too_long")
    }

    package func write(to json: inout JSONWriter) {
        json.beginObject()
        json.member("id", id)
        json.member("filename", name)
        json.member("size", byteCount)
        json.member("created_at", created.rfc3339)
        json.member("client_reference_id", orNull: reference)
        json.endObject()
    }

    package var body: [UInt8] {
        var json = JSONWriter()
        write(to: &json)
        return json.bytes
    }
}
