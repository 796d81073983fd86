/// The place of an installation's blobs in an object storage: a bucket, and the beginning of the objects' keys.
package struct BucketAddress: Sendable, Hashable, CustomStringConvertible {
    /// The accepted form, for messages about a malformed address.
    package static let accepted = "s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION; without an endpoint: Amazon S3"

    package let bucket: String
    /// Beginning of all keys, with `/` at the end; empty for the whole bucket.
    package let prefix: String
    package let region: String
    /// Beginning of all URLs, up to and with the `/` before the key.
    package let root: String

    /// Parses an address such as `s3://recordings/harken?endpoint=http://127.0.0.1:9000&region=eu-west-1`.
    ///
    /// - Parameters:
    ///   - region: region of an address that names none.
    ///   - endpoint: endpoint of an address that names none; nil for Amazon S3.
    package init?(_ text: String, region defaultRegion: String = "us-east-1", endpoint defaultEndpoint: String? = nil) {
        guard text.hasPrefix("s3://") else { return nil }
        let parts = text.dropFirst(5).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard let bucket = path.first, Self.isBucketName(bucket), path.dropFirst().allSatisfy(Self.isPlain) else { return nil }
        var endpoint = defaultEndpoint, region = defaultRegion
        for option in parts.dropFirst().joined().split(separator: "&") {
            let pair = option.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "endpoint": endpoint = pair[1]
            case "region": region = pair[1]
            default: return nil
            }
        }
        guard Self.isPlain(region) else { return nil }
        self.bucket = bucket
        self.region = region
        prefix = path.dropFirst().map { $0 + "/" }.joined()
        if var endpoint {
            while endpoint.hasSuffix("/") { endpoint.removeLast() }
            guard Self.isOrigin(endpoint) else { return nil }
            // Servers at an address of their own have no name for each bucket.
            root = "\(endpoint)/\(bucket)/"
        } else {
            // A certificate for *.s3.… does not cover a bucket whose name has a dot.
            root =
                bucket.contains(".")
                ? "https://s3.\(region).amazonaws.com/\(bucket)/" : "https://\(bucket).s3.\(region).amazonaws.com/"
        }
    }

    /// Letters, digits, `-`, `_` and `.`, which need no encoding in a URL.
    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }

    private static func isBucketName(_ text: String) -> Bool { (3...63).contains(text.utf8.count) && isPlain(text) }

    private static func isOrigin(_ text: String) -> Bool {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
        let host = text.dropFirst(scheme.count)
        return !host.isEmpty && host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") && $0 != UInt8(ascii: "/") }
    }

    package var description: String { "s3://\(bucket)/\(prefix)" }
}
