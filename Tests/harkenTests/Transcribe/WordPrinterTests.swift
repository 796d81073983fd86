import HarkenTesting
import Speech
import Testing

@testable import harken

@Suite struct `Words on a terminal` {
    private let folder = TemporaryFolder()
    private static let rate = SampleRate(hertz: 1_000)

    /// Returns words that begin at a time, in seconds, each half a second long.
    private static func words(_ text: String, from seconds: Double) -> [Word] {
        text.split(separator: " ").enumerated().map { index, word in
            let start = Int(seconds * 1_000) + index * 500
            return Word(String(word), SampleRange(SampleIndex(start), SampleIndex(start + 500)), confidence: 1)
        }
    }

    private static let talk = [
        words("It is late.", from: 65), words("Good night.", from: 66.6), words("And", from: 70), words("good morning. One.", from: 70.5),
        words("Two. Three. Four. Five.", from: 72), words("Six.", from: 74),
    ]

    private func printed(_ stretches: [[Word]], heading: String? = nil, hasTimes: Bool = false) throws -> String {
        let written = try WrittenContext(in: folder)
        let printer = WordPrinter(on: written.context.output, heading: heading, hasTimes: hasTimes)
        for stretch in stretches { printer.show(stretch, at: Self.rate) }
        #expect(printer.end() == !stretches.joined().isEmpty && printer.hasBegun == !stretches.joined().isEmpty)
        return try written.output()
    }

    @Test func `have a line for each paragraph, which ends at a long pause and after five sentences`() throws {
        #expect(try printed(Self.talk) == "It is late. Good night.\nAnd good morning. One. Two. Three. Four.\nFive. Six.\n")
        #expect(
            try printed(Self.talk, hasTimes: true)
                == "[1:05] It is late. Good night.\n[1:10] And good morning. One. Two. Three. Four.\n[1:13] Five. Six.\n")
    }

    @Test func `come below the file's name where there are several files`() throws {
        #expect(try printed([Self.talk[0]], heading: "a.wav") == "==> a.wav <==\nIt is late.\n")
        #expect(try printed([], heading: "a.wav") == "")
    }

    @Test func `are those of the whole text, however they come`() throws {
        let words = Array(Self.talk.joined())
        let whole = try printed([words])
        #expect(try printed(words.map { [$0] }) == whole && printed([[], words, []]) == whole)
    }
}
