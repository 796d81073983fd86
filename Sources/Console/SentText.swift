/// The text of a script or a style as it is sent: comments that have lines of their own are empty lines.
///
/// The number of each line stays, so that a browser's messages name the lines of the sources. Nothing else is changed: a comment behind a statement stays,
/// and so does a line of a template literal, because the page's sources begin no such line with the marks of a comment.
enum SentText {
    private static let lineEnd = UInt8(ascii: "\n")

    /// Returns the text without its comments. `hasLineComments` is true in scripts: `//` begins a comment there.
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
                sent += line
                continue
            }
            if isInComment, let close = content.firstRange(of: Array("*/".utf8)) {
                isInComment = false
                // What stands behind a comment in its last line is no comment.
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
}
