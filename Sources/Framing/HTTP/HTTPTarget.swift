/// A request target, divided into its parts (RFC 9112 section 3.2).
struct HTTPTarget: Sendable, Equatable {
    var path: String
    var query: URLQuery
    /// The host in the target itself, which overrides `Host`; nil when the target names none.
    var authority: String?

    init(_ target: String, method: HTTPMethod, limits: HTTPLimits) throws(HTTPError) {
        guard method != .connect else { throw .unsupportedMethod }
        guard target.utf8.allSatisfy(Self.isAllowed) else { throw .malformedTarget }
        if target == "*" {
            guard method == .options else { throw .malformedTarget }
            path = "*"
            query = URLQuery()
            return
        }
        var rest = target[...]
        if !rest.hasPrefix("/") {
            guard let start = Self.authorityStart(of: rest) else { throw .malformedTarget }
            rest = rest[start...]
            let name = rest.prefix { $0 != "/" && $0 != "?" }
            guard !name.isEmpty, Self.isAuthority(name) else { throw .malformedTarget }
            authority = String(name)
            rest = rest[name.endIndex...]
        }
        let escapedPath = rest.prefix { $0 != "?" }
        guard !escapedPath.contains("\\") else { throw .malformedTarget }
        do throws(PercentCoding.DecodingError) {
            path = escapedPath.isEmpty ? "/" : try PercentCoding.decode(escapedPath)
        } catch {
            throw .malformedEscape
        }
        guard path.utf8.allSatisfy({ $0 >= ASCII.space && $0 != ASCII.delete }) else { throw .malformedTarget }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else { throw .malformedTarget }
        do throws(URLQuery.ParsingError) {
            query = try URLQuery(parsing: rest[escapedPath.endIndex...].dropFirst(), limit: limits.queryPairs)
        } catch {
            switch error {
            case .malformedEscape: throw .malformedEscape
            case .tooManyPairs(let limit): throw .tooManyQueryPairs(limit: limit)
            }
        }
    }

    /// Returns true for printable ASCII, except the characters that browsers always escape. Browsers leave `|`, `{`, `^` and others unescaped, so
    /// these are allowed.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x22, 0x23, 0x3C, 0x3E: false
        case 0x21...0x7E: true
        default: false
        }
    }

    private static func authorityStart(of target: Substring) -> String.Index? {
        for scheme in ["http://", "https://"] where target.prefix(scheme.count).equalsIgnoringCase(scheme) {
            return target.index(target.startIndex, offsetBy: scheme.count)
        }
        return nil
    }

    /// Returns true for `host`, `host:port` or `[address]:port`, without user information.
    static func isAuthority(_ text: some StringProtocol) -> Bool {
        let bytes = Array(text.utf8)
        var position = 0
        if bytes.first == 0x5B {
            guard let end = bytes.firstIndex(of: 0x5D), end > 1 else { return false }
            guard bytes[1..<end].allSatisfy({ ASCII.hexValue($0) != nil || $0 == ASCII.colon || $0 == 0x2E }) else { return false }
            position = end + 1
        } else {
            while position < bytes.count, bytes[position] != ASCII.colon {
                guard isHostByte(bytes[position]) else { return false }
                position += 1
            }
        }
        guard position < bytes.count else { return true }
        let port = bytes[(position + 1)...]
        return bytes[position] == ASCII.colon && port.count <= 5 && port.allSatisfy(ASCII.isDigit)
    }

    /// Returns true for the characters of registered names: unreserved characters, sub-delimiters and escapes, except the comma.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        if ASCII.isLetter(byte) || ASCII.isDigit(byte) { return true }
        switch byte {
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x25, 0x21, 0x24, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x2B, 0x3B, 0x3D: return true
        default: return false
        }
    }
}
