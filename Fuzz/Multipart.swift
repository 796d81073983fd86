import Framing

/// A form, whole and in pieces, must be the same parts. The first byte is the pieces' length.
func fuzzMultipart(_ bytes: RawSpan) {
    guard bytes.byteCount > 1 else { return }
    let input = bytes.extracting(1..<bytes.byteCount)
    let piece = Int(bytes.unsafeLoad(as: UInt8.self)) % 32 + 1
    precondition(read(input, piece: input.byteCount) == read(input, piece: piece), "where the form is cut changes what is understood")
}

private func read(_ input: RawSpan, piece: Int) -> [String] {
    var said: [String] = []
    var data: [UInt8] = []
    do throws(MultipartError) {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b", limits: .init(parts: 8, head: 256, preamble: 64))
        var start = 0
        while start < input.byteCount {
            let part = input.extracting(start..<min(start + piece, input.byteCount))
            start += part.byteCount
            var offset = 0
            while let event = try parser.next(part, from: &offset) {
                switch event {
                case .part(let part): said.append("\(part)")
                case .data(let bytes):
                    precondition(bytes.count > 0, "data without bytes")
                    data += bytes.array(in: part)
                case .partEnd:
                    said.append("\(data)")
                    data = []
                case .end: said.append("end")
                }
            }
        }
        try parser.finish()
    } catch {
        said.append("\(data) \(error)")
    }
    return said
}
