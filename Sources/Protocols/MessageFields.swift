import Framing

/// The members of a vendor's messages, read in one pass without a document, because a relay reads thousands of messages each second.
protocol MessageFields {
    associatedtype Message

    init()

    /// Reads the value of the member `name`, of any type.
    mutating func read(_ name: JSONName, from reader: inout JSONReader) throws(JSONReader.Malformed)

    /// The message that the members make.
    var message: Message { get }

    /// Returns the message that stands for invalid text. `problem` describes the error, but never quotes the text.
    static func malformed(_ problem: String) -> Message
}

extension MessageFields {
    /// - Parameter sizeLimit: the maximum size in bytes; a longer text is not read.
    static func message(parsing text: RawSpan, sizeLimit: Int) -> Message {
        guard text.byteCount <= sizeLimit else { return malformed("larger than \(sizeLimit) bytes") }
        return text.withUnsafeBytes { bytes in
            do throws(JSONReader.Malformed) {
                var reader = JSONReader(bytes)
                var fields = Self()
                try reader.object { name, reader throws(JSONReader.Malformed) in try fields.read(name, from: &reader) }
                try reader.end()
                return fields.message
            } catch {
                return malformed("not JSON at byte \(error.position)")
            }
        }
    }
}
