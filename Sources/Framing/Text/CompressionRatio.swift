import CZlib

/// The ratio of a text's length to its compressed length, by which Whisper's own program tells a text that repeats itself.
package enum CompressionRatio {
    /// Returns the number of bytes of the text in UTF-8 by the number of bytes of its zlib form; 0 for an empty text.
    ///
    /// Source: OpenAI Whisper, `utils.py`, `compression_ratio`, which uses zlib's usual level.
    package static func of(_ text: String) -> Double {
        let bytes = Array(text.utf8)
        var size = compressBound(UInt(bytes.count))
        var compressed = [UInt8](repeating: 0, count: Int(size))
        // zlib fails without memory only: the text then counts as one that cannot be compressed.
        guard compress(&compressed, &size, bytes, UInt(bytes.count)) == Z_OK, size > 0 else { return 1 }
        return Double(bytes.count) / Double(size)
    }
}
