import CSQLite
import Synchronization

/// Splits texts into the words that searches find, by the rules of the tokenizer of SQLite's index: `WordTokenizer` with `porter unicode61`.
final class WordTokens: Sendable {
    /// The tokenizer, which SQLite owns, with the connection that it belongs to. Used under the lock only.
    private struct Tokenizer: ~Copyable {
        let connection: SQLiteConnection
        let functions: fts5_tokenizer
        let instance: OpaquePointer

        deinit { functions.xDelete?(instance) }
    }

    private let tokenizer: Mutex<Tokenizer>

    init() throws(StoreError) {
        let connection = try SQLiteConnection.open(":memory:", .readWrite)
        let interface = try FullText.interface(of: connection)
        var functions = fts5_tokenizer(), context: UnsafeMutableRawPointer?, instance: OpaquePointer?
        guard let find = interface.pointee.xFindTokenizer, find(interface, "unspaced", &context, &functions) == SQLITE_OK,
            let create = functions.xCreate
        else { throw FullText.unusable }
        let names: [StaticString] = ["porter", "unicode61", "remove_diacritics", "2"]
        var arguments = names.map { name in UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self) as UnsafePointer<CChar>? }
        guard create(context, &arguments, Int32(arguments.count), &instance) == SQLITE_OK, let instance else { throw FullText.unusable }
        tokenizer = Mutex(Tokenizer(connection: connection, functions: functions, instance: instance))
    }

    /// Returns the words of a text, in order.
    func words(of text: String) -> [String] {
        var words: [String] = []
        tokenizer.withLock { tokenizer in
            guard let tokenize = tokenizer.functions.xTokenize else { return }
            var text = text
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    withUnsafeMutablePointer(to: &words) { place in
                        _ = tokenize(tokenizer.instance, place, FTS5_TOKENIZE_DOCUMENT, bytes.baseAddress, Int32(bytes.count)) {
                            place, _, word, length, _, _ in
                            guard let words = place?.assumingMemoryBound(to: [String].self), let word else { return SQLITE_OK }
                            let bytes = UnsafeRawBufferPointer(start: word, count: Int(length))
                            words.pointee.append(String(decoding: bytes, as: UTF8.self))
                            return SQLITE_OK
                        }
                    }
                }
            }
        }
        return words
    }
}
