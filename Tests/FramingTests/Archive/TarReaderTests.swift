import Framing
import Testing

@Suite struct `Tar reader` {
    enum Event: Equatable, Sendable {
        case file(TarFile), data([UInt8]), fileEnd, end, error(TarError)
    }

    private func read(_ archive: [UInt8], cuts: [Int] = [], maxEntries: Int = 100) -> [Event] {
        var reader = TarReader(maxEntries: maxEntries)
        var said: [Event] = []
        do throws(TarError) {
            for piece in HTTPDialogue.pieces(of: archive, cuts: cuts) {
                var offset = 0
                while let event = try reader.next(piece.span.bytes, from: &offset) {
                    switch event {
                    case .file(let file): said.append(.file(file))
                    case .data(let bytes):
                        let data = bytes.array(in: piece.span.bytes)
                        if case .data(let before)? = said.last {
                            said[said.count - 1] = .data(before + data)
                        } else {
                            said.append(.data(data))
                        }
                    case .fileEnd: said.append(.fileEnd)
                    case .end: said.append(.end)
                    }
                }
            }
            try reader.finish()
        } catch {
            said.append(.error(error))
        }
        return said
    }

    private func archive(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        var archive = TarArchive()
        for file in files { archive.add(file.name, file.content, changedAt: 1_700_000_000) }
        return archive.finish()
    }

    /// Writes the checksum of a header anew, after a change.
    private func sealed(_ archive: [UInt8]) -> [UInt8] {
        var archive = archive
        archive.replaceSubrange(148..<156, with: "        ".utf8)
        let digits = String(archive[..<512].reduce(0) { $0 + Int($1) }, radix: 8)
        archive.replaceSubrange(148..<156, with: (String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8)
        return archive
    }

    @Test func `reads files of all sizes, cut anywhere`() {
        let long = [UInt8](repeating: 7, count: 1_025)
        let bytes = archive([("folder/empty", []), ("folder/one", [1]), ("folder/block", [UInt8](repeating: 2, count: 512)), ("long", long)])
        let whole: [Event] = [
            .file(TarFile(name: "folder/empty", byteCount: 0)), .fileEnd, .file(TarFile(name: "folder/one", byteCount: 1)), .data([1]), .fileEnd,
            .file(TarFile(name: "folder/block", byteCount: 512)), .data([UInt8](repeating: 2, count: 512)), .fileEnd,
            .file(TarFile(name: "long", byteCount: 1_025)), .data(long), .fileEnd, .end,
        ]
        #expect(read(bytes) == whole)
        for cut in stride(from: 0, through: bytes.count, by: 7) { #expect(read(bytes, cuts: [cut]) == whole) }
        #expect(read(bytes, cuts: Array(stride(from: 1, to: bytes.count, by: 100))) == whole)
    }

    @Test func `reads a file whose content was added in pieces`() {
        var archive = TarArchive()
        archive.begin("a", byteCount: 600, changedAt: 0)
        for _ in 0..<3 { archive.append([UInt8](repeating: 1, count: 199)) }
        #expect(!archive.isFileComplete)
        // The file has no more than was announced.
        archive.append([UInt8](repeating: 1, count: 100))
        #expect(archive.isFileComplete)
        let bytes = archive.finish()
        #expect(bytes.count == 512 + 1_024 + 1_024)
        #expect(read(bytes) == [.file(TarFile(name: "a", byteCount: 600)), .data([UInt8](repeating: 1, count: 600)), .fileEnd, .end])
    }

    @Test(arguments: ["../a", "a/../b", "/a", "..", "a\\b", "a\nb"])
    func `refuses a name that leads out of the folder`(name: String) {
        let said = read(archive([(name, [1])]))
        guard case .error(.unsafeName)? = said.last, said.count == 1 else {
            Issue.record("\(said)")
            return
        }
    }

    @Test func `refuses links and devices`() {
        for kind in "123467".utf8 {
            var bytes = archive([("a", [])])
            bytes[156] = kind
            #expect(read(sealed(bytes)) == [.error(.unsupported(name: "a"))])
        }
    }

    @Test func `passes over folders and additional headers`() {
        let rest = archive([("a", [5])])
        for kind in "5xg".utf8 {
            var bytes = archive([("b", kind == UInt8(ascii: "5") ? [] : [1, 2, 3])])
            bytes[156] = kind
            bytes = sealed(bytes).dropLast(1_024) + rest
            #expect(read(bytes) == [.file(TarFile(name: "a", byteCount: 1)), .data([5]), .fileEnd, .end])
        }
    }

    @Test func `refuses a size in an additional header`() {
        for record in ["20 size=9663676416\n", "12 path=abc\n20 size=9663676416\n"] {
            var bytes = archive([("b", Array(record.utf8))])
            bytes[156] = UInt8(ascii: "x")
            bytes = sealed(bytes).dropLast(1_024) + archive([("a", [5])])
            #expect(read(bytes) == [.error(.unsupported(name: "b"))])
            #expect(read(bytes, cuts: [520, 530]) == [.error(.unsupported(name: "b"))])
        }
    }

    @Test func `refuses bytes without end after the archive`() {
        let bytes = archive([("a", [5])])
        #expect(read(bytes + [UInt8](repeating: 0, count: 10_240)).last == .end)
        #expect(read(bytes + [UInt8](repeating: 0, count: 2 << 20)).last == .error(.damaged))
    }

    @Test func `refuses an archive that was cut off`() {
        let bytes = archive([("a", [UInt8](repeating: 1, count: 700))])
        for end in [513, 600, 1_536, 1_600] { #expect(read(Array(bytes[..<end])).last == .error(.truncated), "\(end)") }
        // One empty block is enough of an end.
        #expect(read(Array(bytes[..<2_048])).last == .end)
    }

    @Test func `refuses other files`() {
        #expect(read([]) == [.error(.notAnArchive)])
        #expect(read(Array("RIFF".utf8)) == [.error(.notAnArchive)])
        #expect(read([UInt8](repeating: 65, count: 2_000)) == [.error(.notAnArchive)])
        #expect(read([UInt8](repeating: 0, count: 2_000)) == [.error(.notAnArchive)])
        #expect(read([0x1F, 0x8B] + [UInt8](repeating: 65, count: 2_000)) == [.error(.compressed)])
        var damaged = archive([("a", [1]), ("b", [2])])
        damaged[1_024 + 5] = 9
        #expect(read(damaged).last == .error(.damaged))
        #expect(read(archive([("a", []), ("b", []), ("c", [])]), maxEntries: 2).last == .error(.tooManyEntries(limit: 2)))
    }
}
