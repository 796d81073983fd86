import Framing
import Protocols
import Speech
import Testing

/// Every language that Speechmatics documents, by the vendor's own name.
///
/// Source: Speechmatics "Languages", as LiveKit's page of the vendor lists them, read 2026-11-28.
@Suite struct `Speechmatics' languages` {
    private static let names = """
        ar ar_en ba be bg bn ca cmn cmn_en cmn_en_ms_ta cs cy da de el en en_ms en_ta eo es et eu fa fi fr ga gl he hi hr hu ia id it ja ko lt lv mn mr \
        ms mt nl no pl pt ro ru sk sl sv sw ta th tl tr ug uk ur vi yue
        """.split(separator: " ").map(String.init)
    /// Names that other versions of the vendor's pages have had for two of them.
    private static let otherNames = ["nb", "fil"]
    /// Languages that Whisper base does not know.
    private static let unknown: Set<String> = ["eo", "ga", "ia", "ug", "yue"]

    /// The language that engines are asked for.
    private static func usual(_ name: String) -> String {
        switch name {
        case _ where name.hasPrefix("cmn"): "zh"
        case "nb": "no"
        case "fil": "tl"
        case _: String(name.prefix { $0 != "_" })
        }
    }

    @Test(arguments: names + otherNames) func `are read on both services`(name: String) throws {
        var streams: [(any LiveServerMachine, String)] = []
        var client = try Entrance.speechmatics()
        streams.append((try client.begin(SpeechmaticsConversation.start("").replacing(#""en""#, with: "\"\(name)\"")).machine, "real-time"))
        var agent = try Entrance.speechmaticsAgent()
        streams.append(
            (
                try agent.begin(
                    """
                    {"message":"StartRecognition","audio_format":{"type":"raw","encoding":"pcm_s16le","sample_rate":16000},
                    "transcription_config":{"language":"\(name)"}}
                    """
                ).machine, "agent"
            ))
        for (machine, service) in streams {
            #expect(machine.request.language?.usual.primary == Self.usual(name), "\(service)")
        }
        #expect(client.said.isEmpty && agent.said.isEmpty)
    }

    @Test func `are in Whisper's list but for five, which the local engine refuses`() {
        let whisper = LanguageTag.withEnglishNames.subtracting(["yue"])
        #expect(Set(Self.names).count == 61)
        let missing = Self.names.filter { !whisper.contains(LanguageTag($0).usual.primary) }
        #expect(Set(missing) == Self.unknown)
    }

    @Test(arguments: names) func `are sent to the vendor as their client has named them`(name: String) throws {
        var client = try Entrance.speechmatics()
        let request = try client.begin(SpeechmaticsConversation.start("").replacing(#""en""#, with: "\"\(name)\"")).machine.request
        var options = StreamOptions(rate: .speech, language: request.language)
        options.vendorOptions = request.vendorOptions
        var vendor = VendorConversation(SpeechmaticsLiveClient(options, credential: Credential("k")))
        let opened = vendor.opened().map(\.short)
        #expect(opened.count == 1 && opened[0].contains(#""language":"\#(name)""#), "\(opened)")
    }
}
