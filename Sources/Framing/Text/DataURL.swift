/// Bytes inside a URL: `data:TYPE;base64,BYTES` (RFC 2397).
package enum DataURL {
    /// Returns the bytes of the URL; nil for another URL, and for one whose bytes are not in Base64.
    package static func bytes(of url: String) -> [UInt8]? {
        guard url.prefix(5).lowercased() == "data:", let comma = url.firstIndex(of: ",") else { return nil }
        guard url[..<comma].suffix(7).lowercased() == ";base64" else { return nil }
        var text = String(url[url.index(after: comma)...])
        return text.withUTF8 { Base64.decode(UnsafeRawBufferPointer($0)) }
    }
}
