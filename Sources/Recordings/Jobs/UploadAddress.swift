internal import Store

/// The address that stands for an upload. It is on the host that took the upload, and only the uploader can use it.
package enum UploadAddress {
    private static let path = "/v2/upload/"

    package static func address(of id: String, base: String) -> String { base + path + id }

    /// Returns the id of the upload that an address may stand for. The store decides whether the upload exists, and whose it is.
    package static func id(in address: String) -> String? {
        guard let scheme = address.range(of: "://") else { return nil }
        let rest = address[scheme.upperBound...].drop { $0 != "/" }
        guard rest.hasPrefix(path) else { return nil }
        let id = rest.dropFirst(path.count)
        let isName = (8...64).contains(id.utf8.count) && id.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2D }
        return isName ? String(id) : nil
    }
}

extension TranscriptionJob {
    /// True if `audio` is the id of an upload. False if `audio` is an address.
    package var isOfUpload: Bool { !audio.contains(":") }
}

extension String {
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
