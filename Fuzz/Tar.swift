import Framing

/// A tar archive, whole and in pieces, must be the same files, whose names lead nowhere else. The first byte is the pieces' length.
func fuzzTar(_ bytes: RawSpan) {
    guard bytes.byteCount > 1 else { return }
    let input = bytes.extracting(1..<bytes.byteCount)
    let piece = Int(bytes.unsafeLoad(as: UInt8.self)) * 7 + 1
    precondition(read(input, piece: input.byteCount) == read(input, piece: piece), "where the archive is cut changes what is understood")
}

private func read(_ input: RawSpan, piece: Int) -> [String] {
    var said: [String] = []
    var data: [UInt8] = []
    var missing = 0
    do throws(TarError) {
        var reader = TarReader(maxEntries: 8)
        var start = 0
        while start < input.byteCount {
            let part = input.extracting(start..<min(start + piece, input.byteCount))
            start += part.byteCount
            var offset = 0
            while let event = try reader.next(part, from: &offset) {
                switch event {
                case .file(let file):
                    precondition(!file.name.hasPrefix("/") && !file.name.split(separator: "/").contains(".."), "the name leads out of the folder")
                    said.append(file.name)
                    missing = file.byteCount
                case .data(let bytes):
                    precondition(bytes.count > 0 && bytes.count <= missing, "data that no file has")
                    missing -= bytes.count
                    data += bytes.array(in: part)
                case .fileEnd:
                    precondition(missing == 0, "a file without its data")
                    said.append("\(data)")
                    data = []
                case .end: said.append("end")
                }
            }
        }
        try reader.finish()
    } catch {
        said.append("\(data) \(error)")
    }
    return said
}
