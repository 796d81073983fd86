import Framing

/// A list of cases. Its file is a JSON document with `cases`, or a bare JSON list, or has one case per line.
public struct Manifest: Sendable, Equatable {
    public var cases: [EvaluationCase]
    /// Number of entries that cannot be judged: they have no reference text, no speakers and no answers.
    public var leftOut: Int

    /// Maximum number of entries. A larger manifest is rejected.
    static let most = 100_000

    /// - Parameters:
    ///   - text: content of the manifest.
    ///   - folder: folder to which relative paths of recordings refer, without a slash at its end.
    ///   - file: reads a file that the manifest names; the path is relative to `folder`.
    package init(parsing text: [UInt8], folder: String, file: @escaping (String) throws -> [UInt8]) throws {
        var cases: [EvaluationCase] = []
        var leftOut = 0
        for (index, entry) in try Self.entries(text).enumerated() {
            let reader = ManifestEntry(entry, position: index + 1, folder: folder, file: file)
            guard let found = try reader.evaluationCase() else {
                leftOut += 1
                continue
            }
            cases.append(found)
        }
        self.cases = cases
        self.leftOut = leftOut
    }

    private static func entries(_ text: [UInt8]) throws(ManifestError) -> [JSONValue] {
        let entries: [JSONValue]
        if let whole = try? JSONValue(parsing: text), whole["cases"] != nil || whole.elements != nil {
            guard let list = whole["cases"]?.elements ?? whole.elements else { throw ManifestError("“cases” is not a list") }
            entries = list
        } else {
            var lines: [JSONValue] = []
            for (index, line) in text.split(separator: UInt8(ascii: "\n")).enumerated() {
                guard line.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
                guard let value = try? JSONValue(parsing: Array(line)) else { throw ManifestError("line \(index + 1) is not JSON") }
                lines.append(value)
                guard lines.count <= most else { break }
            }
            entries = lines
        }
        guard entries.count <= most else { throw ManifestError("the manifest has more than \(most) entries") }
        return entries
    }
}
