internal import CPage

/// The files of the console, which are compiled into the program.
package enum ConsoleFiles {
    /// All files by their names.
    package static let all: [String: ConsoleFile] = {
        var files: [String: ConsoleFile] = [:]
        var index = 0
        while let file = harken_page_file_at(index)?.pointee {
            let name = String(cString: file.name)
            files[name] = ConsoleFile(sent(Array(UnsafeBufferPointer(start: file.bytes, count: file.count)), as: name), contentType(of: name))
            index += 1
        }
        return files
    }()

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
    ]

    private static func contentType(of name: String) -> String { types[ending(of: name)] ?? "application/octet-stream" }

    private static func sent(_ bytes: [UInt8], as name: String) -> [UInt8] {
        switch ending(of: name) {
        case "js": SentText.withTightLines(SentText.withoutComments(bytes[...], hasLineComments: true))
        case "css": SentText.withoutBlanks(SentText.withoutComments(bytes[...], hasLineComments: false))
        default: bytes
        }
    }

    private static func ending(of name: String) -> String { String(name.split(separator: ".").last ?? "") }
}
