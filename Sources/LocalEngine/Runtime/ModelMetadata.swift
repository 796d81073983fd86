import Glibc

/// The facts that the maker of an ONNX file wrote into the file: names and values, both text.
///
/// The file is a protocol buffer. Field 14 of the outermost message has a fact. The other fields, the network among them, are skipped by their length,
/// so that a large file costs a few reads.
struct ModelMetadata: Sendable {
    private static let factField: UInt64 = 14
    /// Maximum length of a fact, in bytes.
    private static let longestFact: UInt64 = 1 << 20

    private var values: [String: String] = [:]

    subscript(name: String) -> String? { values[name] }

    func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }

    /// Returns the elements of a list that is separated by commas; nil when there is no such fact.
    func list(_ name: String) -> [String]? { values[name].map { $0.split(separator: ",").map(String.init) } }

    func numbers(_ name: String) -> [Int]? { list(name)?.compactMap { Int($0) } }

    init(path: String) throws(InferenceError) {
        guard let file = fopen(path, "rb") else { throw InferenceError(unopened: path) }
        defer { fclose(file) }
        while let key = Self.varint(file) {
            switch key & 7 {
            case 0: _ = Self.varint(file)
            case 1: fseeko(file, 8, SEEK_CUR)
            case 5: fseeko(file, 4, SEEK_CUR)
            case 2:
                guard let length = Self.varint(file) else { throw .unusableModel(path: path, reason: "the file is cut short") }
                if key >> 3 == Self.factField, length <= Self.longestFact {
                    var fact = [UInt8](repeating: 0, count: Int(length))
                    guard fread(&fact, 1, fact.count, file) == fact.count else { throw .unusableModel(path: path, reason: "the file is cut short") }
                    add(fact[...])
                } else {
                    fseeko(file, off_t(clamping: length), SEEK_CUR)
                }
            default: throw .unusableModel(path: path, reason: "it is not an ONNX file")
            }
        }
    }

    private static func varint(_ file: UnsafeMutablePointer<FILE>) -> UInt64? {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let byte = fgetc(file)
            guard byte >= 0 else { return nil }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Reads a fact: field 1 is its name, field 2 its value. Both are shorter than 2^21 bytes.
    private mutating func add(_ fact: ArraySlice<UInt8>) {
        var rest = fact, name = "", value = ""
        while let key = rest.popFirst(), key & 7 == 2 {
            var length = 0, shift = 0
            while let byte = rest.popFirst() {
                length |= Int(byte & 0x7f) << shift
                shift += 7
                if byte < 0x80 || shift > 21 { break }
            }
            guard length <= rest.count else { return }
            let text = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            if key >> 3 == 1 { name = text } else { value = text }
        }
        values[name] = value
    }
}
