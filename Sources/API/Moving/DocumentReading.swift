internal import Framing

/// Reads documents one after the other, whichever users they belong to: a large one takes much memory while it is read.
actor DocumentReading {
    /// Memory for the bytes of all documents that are received or wait to be read.
    nonisolated let memory = DocumentMemory(byteCount: 128 << 20)

    func read<Value: Sendable>(
        _ bytes: [UInt8], as kind: ImportedDocument, _ body: @Sendable (JSONView) throws(DocumentFault) -> Value
    ) throws(DocumentFault) -> Value {
        guard !JSONDocument.hasMoreValues(than: kind.maxValues, in: bytes.span.bytes) else {
            throw DocumentFault("the document has more than \(kind.maxValues) values")
        }
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, sizeLimit: kind.maxByteCount)
        } catch {
            throw DocumentFault("the file is not JSON")
        }
        return try body(document.root)
    }
}
