internal import CPage

/// The files of the console, which are compiled into the program.
package enum ConsoleFiles {
    /// All files by their names.
    package static let all: [String: ConsoleFile] = {
        var files: [String: ConsoleFile] = [:]
        var index = 0
        while let file = harken_page_file_at(index)?.pointee {
            let name = String(cString: file.name)
            files[name] = ConsoleFile(Array(UnsafeBufferPointer(start: file.bytes, count: file.count)), contentType(of: name))
            index += 1
        }
        return files
    }()

    private static let types = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
    ]

    private static func contentType(of name: String) -> String {
        types[String(name.split(separator: ".").last ?? "")] ?? "application/octet-stream"
    }
}
