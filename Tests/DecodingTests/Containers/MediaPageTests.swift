import Audio
import Foundation
import Testing

/// The table of formats in docs/media.md, and the list of files that are made and decoded.
@Suite struct `The page about media` {
    private struct Row {
        var suffixes: Set<String>
        /// Names of codecs; empty: each suffix names its own.
        var codecs: Set<String>
    }

    private static let page: String = {
        let package = (0..<4).reduce(URL(filePath: #filePath)) { path, _ in path.deletingLastPathComponent() }
        return (try? String(contentsOf: package.appending(path: "docs/media.md"), encoding: .utf8)) ?? ""
    }()

    private static let rows: [Row] = {
        let table = page.components(separatedBy: "\n\n").first { $0.hasPrefix("| container |") } ?? ""
        return table.split(separator: "\n").dropFirst(2).map { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            func words(_ cell: String) -> Set<String> { Set(cell.components(separatedBy: ", ").map { $0.filter { $0 != "`" } }) }
            guard cells.count == 3 else { return Row(suffixes: [], codecs: []) }
            return Row(suffixes: Set(words(cells[1]).map { String($0.drop { $0 == "." }) }), codecs: cells[2] == "as named" ? [] : words(cells[2]))
        }
    }()

    /// The page's name of a file's codec.
    private static func codec(of muxing: Muxing) -> String {
        let encoder = muxing.sound.first ?? ""
        let names = [
            "aac": "AAC", "libopus": "Opus", "libvorbis": "Vorbis", "libmp3lame": "MP3", "flac": "FLAC", "ac3": "AC-3", "alac": "ALAC", "copy": "AMR",
            "wmav2": "WMA", "mp2": "MPEG audio", "libspeex": "Speex", "pcm_mulaw": "mu-law", "pcm_alaw": "A-law", "adpcm_ms": "ADPCM",
            "libgsm_ms": "GSM", "eac3": "E-AC-3", "dca": "DTS",
        ]
        return names[encoder] ?? (encoder.hasPrefix("pcm_") ? "PCM" : encoder)
    }

    @Test(arguments: Muxing.all, Muxing.Feature.allCases) func `has files of every kind, or a reason`(muxing: Muxing, feature: Muxing.Feature) {
        #expect(muxing.features.contains(feature) == (muxing.reason(without: feature) == nil), "\(muxing.file), \(feature)")
    }

    @Test(arguments: Muxing.Streaming.allCases) func `has files of most containers that arrive live, and reasons for the others`(
        streaming: Muxing.Streaming
    ) {
        // Marks of tracks and lost packets belong to few containers.
        let least = [.marked, .lossy].contains(streaming) ? 2 : 10
        #expect(Set(Muxing.all.filter { $0.reason(streamed: streaming) == nil }.map(\.suffix)).count >= least, "\(streaming)")
    }

    @Test(arguments: Muxing.Combination.allCases) func `has files of most containers that combine features`(combination: Muxing.Combination) {
        #expect(Set(Muxing.all.filter { $0.reason(without: combination) == nil }.map(\.suffix)).count >= 10, "\(combination)")
    }

    @Test func `has a file of every suffix, codec, cut and damage in the gate`() {
        func kinds(_ muxings: [Muxing]) -> Set<String> {
            Set(muxings.flatMap { [".\($0.suffix)", Self.codec(of: $0), "cut \($0.cut)", "damage \($0.damage)"] })
        }
        #expect(kinds(Muxing.asked) == kinds(Muxing.all))
        for feature in Muxing.Feature.allCases { #expect(Muxing.asked.contains { $0.reason(without: feature) == nil }, "\(feature)") }
        for streaming in Muxing.Streaming.allCases { #expect(Muxing.asked.contains { $0.reason(streamed: streaming) == nil }, "\(streaming)") }
        for combination in Muxing.Combination.allCases {
            #expect(Muxing.asked.contains { $0.reason(without: combination) == nil }, "\(combination)")
        }
    }

    @Test func `names the containers and codecs that are tried, and no others`() {
        #expect(Self.rows.count > 10)
        #expect(Self.rows.flatMap(\.suffixes).sorted() == Set(Muxing.all.map(\.suffix)).sorted())
        for row in Self.rows where !row.codecs.isEmpty {
            let tried = Set(Muxing.all.filter { row.suffixes.contains($0.suffix) }.map(Self.codec))
            #expect(row.codecs == tried, "\(row.suffixes.sorted())")
        }
    }
    @Test func `names the suffixes by which recordings are found in a folder, and no others`() {
        #expect(RecordingSuffix.formats == Set(Self.rows.flatMap(\.suffixes)))
        let paragraph = Self.page.components(separatedBy: "\n\n").first { $0.hasPrefix("The same formats under other names") } ?? ""
        let others = paragraph.matches(of: /`\.(\w+)` \(`\.(\w+)`\)/).map { (String($0.1), String($0.2)) }
        #expect(Dictionary(others) { first, _ in first } == RecordingSuffix.otherNames)
        #expect(RecordingSuffix.otherNames.allSatisfy { !RecordingSuffix.formats.contains($0.key) && RecordingSuffix.formats.contains($0.value) })
    }
}
