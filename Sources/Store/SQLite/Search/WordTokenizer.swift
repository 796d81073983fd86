import CSQLite
import Speech

/// The FTS5 tokenizer `unspaced TOKENIZER …`. In scripts that are written without spaces each character is a word; all other text goes to the inner
/// tokenizer. A word of an unspaced script is therefore found as a phrase of its characters.
///
/// FTS5's own tokenizers treat all text between two spaces as one word, in which nothing is found then.
enum WordTokenizer {
    private struct Inner {
        var tokenizer: fts5_tokenizer
        var instance: OpaquePointer?
    }

    /// The receiver of the inner tokenizer's tokens, and the position at which the inner tokenizer's text begins.
    private struct Destination {
        var context: UnsafeMutableRawPointer?
        var token: Token
        var offset: Int32
    }

    private typealias Token = @convention(c) (UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, Int32, Int32, Int32) -> Int32

    static func register(with interface: UnsafeMutablePointer<fts5_api>) -> Bool {
        guard let create = interface.pointee.xCreateTokenizer else { return false }
        var tokenizer = fts5_tokenizer(xCreate: make, xDelete: free, xTokenize: tokenize)
        return create(interface, "unspaced", interface, &tokenizer, nil) == SQLITE_OK
    }

    private static let make:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafePointer<CChar>?>?, Int32, UnsafeMutablePointer<OpaquePointer?>?
        ) -> Int32 = { context, arguments, count, made in
            guard let interface = context?.assumingMemoryBound(to: fts5_api.self), let find = interface.pointee.xFindTokenizer, let arguments,
                count > 0, let made
            else { return SQLITE_ERROR }
            var inner = Inner(tokenizer: fts5_tokenizer(), instance: nil)
            var innerContext: UnsafeMutableRawPointer?
            guard find(interface, arguments[0], &innerContext, &inner.tokenizer) == SQLITE_OK, let create = inner.tokenizer.xCreate else {
                return SQLITE_ERROR
            }
            let code = create(innerContext, arguments + 1, count - 1, &inner.instance)
            guard code == SQLITE_OK else { return code }
            let box = UnsafeMutablePointer<Inner>.allocate(capacity: 1)
            box.initialize(to: inner)
            made.pointee = OpaquePointer(box)
            return SQLITE_OK
        }

    private static let free: @convention(c) (OpaquePointer?) -> Void = { instance in
        guard let instance else { return }
        let box = UnsafeMutablePointer<Inner>(instance)
        box.pointee.tokenizer.xDelete?(box.pointee.instance)
        box.deinitialize(count: 1)
        box.deallocate()
    }

    private static let tokenize: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, Int32, UnsafePointer<CChar>?, Int32, Token?) -> Int32 = {
        instance, context, flags, text, count, token in
        guard let instance, let text, let token else { return SQLITE_OK }
        let inner = UnsafeMutablePointer<Inner>(instance).pointee
        let bytes = UnsafeRawBufferPointer(start: text, count: Int(count))
        var start = 0, position = 0
        while position < bytes.count {
            guard let (scalar, length) = unspacedCandidate(in: bytes, at: position) else {
                position += 1
                continue
            }
            guard UnspacedScript.contains(scalar) else {
                position += length
                continue
            }
            var code = pass(text, start..<position, to: inner, flags, context, token)
            if code == SQLITE_OK { code = token(context, 0, text + position, Int32(length), Int32(position), Int32(position + length)) }
            guard code == SQLITE_OK else { return code }
            position += length
            start = position
        }
        return pass(text, start..<bytes.count, to: inner, flags, context, token)
    }

    /// Returns the character at a position if it may be of an unspaced script: characters of these scripts have three or four bytes.
    private static func unspacedCandidate(in bytes: UnsafeRawBufferPointer, at position: Int) -> (scalar: UInt32, length: Int)? {
        let first = bytes[position]
        guard first >= 0xE0 else { return nil }
        let length = first >= 0xF0 ? 4 : 3
        guard position + length <= bytes.count else { return nil }
        var scalar = UInt32(first) & (length == 4 ? 0x07 : 0x0F)
        for index in 1..<length { scalar = scalar << 6 | UInt32(bytes[position + index] & 0x3F) }
        return (scalar, length)
    }

    private static func pass(
        _ text: UnsafePointer<CChar>, _ range: Range<Int>, to inner: Inner, _ flags: Int32, _ context: UnsafeMutableRawPointer?,
        _ token: @escaping Token
    ) -> Int32 {
        guard !range.isEmpty, let tokenize = inner.tokenizer.xTokenize else { return SQLITE_OK }
        var destination = Destination(context: context, token: token, offset: Int32(range.lowerBound))
        return withUnsafeMutablePointer(to: &destination) { place in
            tokenize(inner.instance, place, flags, text + range.lowerBound, Int32(range.count)) { place, flags, token, length, start, end in
                guard let destination = place?.assumingMemoryBound(to: Destination.self).pointee else { return SQLITE_ERROR }
                return destination.token(destination.context, flags, token, length, start + destination.offset, end + destination.offset)
            }
        }
    }
}
