/// The text of a script or a style as it is sent: comments that have lines of their own are empty lines, and lines begin without blanks.
///
/// The number of each line of a script stays, so that a browser's messages name the lines of the sources. A comment behind a statement stays. Template literals of the
/// page's sources end in the line in which they begin, so that no text is changed.
enum SentText {
    private static let lineEnd = UInt8(ascii: "\n")

    /// Returns the text without its comments and its indentation. `hasLineComments` is true in scripts: `//` begins a comment there.
    static func withoutComments(_ text: ArraySlice<UInt8>, hasLineComments: Bool) -> [UInt8] {
        var sent: [UInt8] = []
        sent.reserveCapacity(text.count)
        var rest = text, isInComment = false
        while !rest.isEmpty {
            let end = rest.firstIndex(of: lineEnd).map { $0 + 1 } ?? rest.endIndex
            let line = rest[..<end]
            rest = rest[end...]
            let content = line.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            isInComment = isInComment || content.starts(with: "/*".utf8)
            guard isInComment || (hasLineComments && content.starts(with: "//".utf8)) else {
                sent += content
                continue
            }
            if isInComment, let close = content.firstRange(of: Array("*/".utf8)) {
                isInComment = false
                // Text behind a comment in its last line is no comment.
                let behind = content[close.upperBound...]
                if behind.contains(where: { $0 > UInt8(ascii: " ") }) {
                    sent += behind
                    continue
                }
            }
            if line.last == lineEnd { sent.append(lineEnd) }
        }
        return sent
    }

    /// Returns a script without the blanks that separate nothing, in its imports, and in lines without templates, patterns, divisions, comments, double
    /// quotes and backslashes. Texts in single quotes stay as they are, and so does a blank between two words, or beside a sign that could join another
    /// sign.
    ///
    /// - Parameter script: a script in which each line that begins with `import {` is an import, and names a file without blanks.
    static func withTightLines(_ script: [UInt8]) -> [UInt8] {
        var sent: [UInt8] = []
        sent.reserveCapacity(script.count)
        for line in script.split(separator: lineEnd, omittingEmptySubsequences: false) {
            if line.startIndex > script.startIndex { sent.append(lineEnd) }
            let isImport = line.starts(with: "import {".utf8)
            guard isImport || !line.contains(where: { "\"`/\\".utf8.contains($0) }) else {
                sent += line
                continue
            }
            let signs = isImport ? "{},'" : "{}(),;:=<>?&|"
            var isInText = false
            for (index, byte) in zip(line.indices, line) {
                if byte == UInt8(ascii: "'") { isInText.toggle() }
                if byte == UInt8(ascii: " "), !isInText {
                    let neighbours = line[max(line.startIndex, index - 1)..<min(line.endIndex, index + 2)]
                    if neighbours.contains(where: { signs.utf8.contains($0) }) { continue }
                }
                sent.append(byte)
            }
        }
        return sent
    }

    /// Returns a style without the blanks that separate nothing, behind `:`, `;`, `,`, `{` and `>`, and before `{`, `}` and `>`, without the line ends
    /// behind `{`, `}`, `;` and `,`, and without the `;` before `}`.
    ///
    /// - Parameter style: a style whose quoted texts have no such blanks.
    static func withoutBlanks(_ style: [UInt8]) -> [UInt8] {
        var sent: [UInt8] = []
        sent.reserveCapacity(style.count)
        for (index, byte) in style.enumerated() {
            if byte == UInt8(ascii: " ") {
                let next = index + 1 < style.count ? style[index + 1] : byte
                if let last = sent.last, ":;,{>".utf8.contains(last) || "{}>".utf8.contains(next) { continue }
            } else if byte == lineEnd, let last = sent.last, "{};,".utf8.contains(last) {
                continue
            } else if byte == UInt8(ascii: "}"), sent.last == UInt8(ascii: ";") {
                sent.removeLast()
            }
            sent.append(byte)
        }
        return sent
    }
}
