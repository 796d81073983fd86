import Foundation
import Framing
import Protocols
import Speech
import Testing

/// A value that means nothing, and a member that nobody knows, are refused or named on the routes that are Harken's own.
@Suite struct `What clients send wrongly` {
    /// A parameter of `/listen` with a value that means nothing, behind the parameters without which it means nothing in any case.
    struct WrongParameter: Sendable, CustomTestStringConvertible {
        var name: String
        var value: String
        var isRefused: Bool
        var conditions: String

        init(_ name: String, _ value: String, isRefused: Bool = false, with conditions: String = "") {
            self.name = name
            self.value = value
            self.isRefused = isRefused
            self.conditions = conditions
        }

        var testDescription: String { "\(name)=\(value.prefix(20))" }
    }

    private static let long = String(repeating: "x", count: 201)
    private static let session = "session_id=11111111-2222-4333-8444-555555555555&"

    static let parameters: [WrongParameter] = [
        WrongParameter("language", "e", isRefused: true), WrongParameter("codec", "wax", isRefused: true),
        WrongParameter("sample_rate", "fast", isRefused: true), WrongParameter("channels", "two", isRefused: true),
        WrongParameter("redact", "nosuch", isRefused: true), WrongParameter("call_id", long, with: "channels=2&"),
        WrongParameter("conversation_timeout", "abc"), WrongParameter("conversation_timeout", "20"),
        WrongParameter("conversation_timeout", "14401"), WrongParameter("conversation_timeout", "-2"),
        WrongParameter("conversation_timeout", "disabled"), WrongParameter("source", "foo"), WrongParameter("device_id", long),
        WrongParameter("client_conversation_id", "x"), WrongParameter("stt_service", "nosuch"),
        WrongParameter("include_speech_profile", "maybe"), WrongParameter("speaker_auto_assign", "true"),
        WrongParameter("create_speakers", "maybe"), WrongParameter("vad_gate", "on"),
        WrongParameter("started_at", "yesterday", isRefused: true),
        WrongParameter("title", String(repeating: "x", count: 1_001), isRefused: true), WrongParameter("custom_stt", "true"),
        WrongParameter("onboarding", "yes"), WrongParameter("interims", "maybe"), WrongParameter("words", "maybe"),
        WrongParameter("diarize", "maybe", with: "words=true&"), WrongParameter("ack", "maybe"), WrongParameter("session_id", "s1"),
        WrongParameter("resume_from", "x", with: session),
        WrongParameter("kept_from", "x", with: session + "resume_from=16000&"), WrongParameter("seen", "x", with: session + "resume_from=16000&"),
        WrongParameter("seen", "-1", with: session + "resume_from=16000&"), WrongParameter("seen", "3"),
        WrongParameter("keeps", "x", with: "ack=true&"), WrongParameter("keeps", "-1", with: "ack=true&"), WrongParameter("keeps", "30"),
        WrongParameter("continues", "s1"), WrongParameter("continues", "s1", with: session + "ack=true&resume_from=16000&"),
    ]

    /// Returns the names of the parameters without an effect; nil: the session is refused.
    private static func ignored(_ text: String, _ route: ListenRoute = .device) throws -> [String]? {
        let query = try HTTPRequestHead(.get, "/v4/listen?" + text).query
        let options = try? ListenOptions(query, route: route, now: UnixTime(milliseconds: 1_795_822_000_000))
        return options?.ignored(in: query, engines: [.local, DeepgramOptions.vendor])
    }

    @Test(arguments: parameters)
    func `is refused or named in the upgrade of a conversation`(wrong: WrongParameter) throws {
        let names = try Self.ignored("\(wrong.conditions)\(wrong.name)=\(PercentCoding.encode(wrong.value))")
        #expect((names == nil) == wrong.isRefused)
        if let names { #expect(names.contains(wrong.name), "\(names)") }
    }

    @Test func `has a case for each parameter of a conversation`() {
        // Any text is a term.
        #expect(Set(Self.parameters.map(\.name)).union(["keyterm"]) == Set(ListenOptions.table.options.map(\.name)))
    }

    @Test(arguments: [
        "conversation_timeout=-1&source=phone&vad_gate=Enabled&stt_service=Deepgram&create_speakers=0&ack=1&interims=on&onboarding=ENABLED",
        "client_conversation_id=84C32FC6-4FB5-4E7A-B656-B5EC70493753&conversation_timeout=120&device_id=d1&include_speech_profile=no",
        "words=yes&keyterm=Harken&keyterm=Omi&diarize=1", "session_id=s1&resume_from=16000&seen=0",
        "conversation_timeout=14400&ticket=t&engine=local",
    ])
    func `is not a spelling of a value that means something`(query: String) throws {
        #expect(try Self.ignored(query) == [])
    }

    @Test(arguments: [
        "words=0&diarize=no&interims=off&custom_stt=disabled&onboarding=Disabled&no_such=disabled", "no_such=&source=&seen=&vad_gate=&no_such=false",
    ])
    func `is nothing that asks for nothing`(query: String) throws {
        #expect(try Self.ignored(query) == [])
    }

    @Test func `is named for browsers, calls and push-to-talk by what they may choose`() throws {
        #expect(
            try Self.ignored("stt_service=deepgram&vad_gate=enabled&source=foo&no_such=1", .web) == ["stt_service", "vad_gate", "source", "no_such"])
        #expect(try Self.ignored("channels=2&include_speech_profile=true&call_id=c") == ["include_speech_profile"])
        #expect(try Self.ignored("source=phone&interims=maybe&no_such=1&no_such=2", .pushToTalk) == ["source", "interims", "no_such"])
    }

    @Test func `is named for 32 names at most`() throws {
        let query = (0..<300).map { "no\($0)=1" }.joined(separator: "&")
        #expect(try Self.ignored(query)?.count == 32)
    }

    @Test func `is in the header of the upgrade`() throws {
        let head = try HTTPRequestHead(.get, "/v4/listen?conversation_timeout=abc&source=foo&stt_service=deepgram&no_such=1")
        let context = HandshakeContext(requestID: "r", now: UnixTime(milliseconds: 0), engines: [.local])
        let handshake = try ListenServer.dialect.accept(head, context).get()
        #expect(handshake.headers[IgnoredOptions.header] == "conversation_timeout, source, stt_service, no_such")
    }

    // MARK: The managed proxy

    static let keys = [
        ("model", "7"), ("language", #""e""#), ("language", "7"), ("sample_rate", "7999"), ("sample_rate", #""16000""#), ("channels", "3"),
        ("encoding", #""opus""#), ("interim_results", #""no""#), ("punctuate", "1"), ("smart_format", #""x""#), ("endpointing", "9"),
        ("endpointing", "300.5"), ("keyterms", #""Harken""#), ("keyterms", "[7]"), ("words", "1"),
    ]

    @Test(arguments: keys)
    func `is refused by the managed proxy`(name: String, value: String) throws {
        var stream = try ManagedConversation()
        #expect(stream.text(#"{"type":"auth","token":"t","config":{"\#(name)":\#(value)}}"#) == ["error bad_config fatal", "close 4400"])
        #expect(stream.raw.first?.contains(name) == true, "\(stream.raw)")
    }

    @Test func `has a case for each key of the managed proxy`() {
        #expect(Set(Self.keys.map(\.0)) == Set(ManagedConfiguration.table.options.map(\.name)))
    }

    private static func ready(_ members: String) throws -> ManagedConversation {
        var stream = try ManagedConversation()
        #expect(stream.text(#"{"type":"auth","token":"t",\#(members)}"#).isEmpty)
        #expect(stream.begin().isEmpty)
        return stream
    }

    @Test(arguments: [
        (#""config":{"keyterm":["Harken"],"diarize":true,"sample_rate":16000}"#, " ignores keyterm ignores diarize"),
        (#""config":{"diarize":false,"engine":"","options":{},"later":null,"list":[]}"#, ""),
        (#""config":{"engine":"local","words":true}"#, " ignores engine"),
        (#""language":"de","diarize":true,"config":{"diarize":true}"#, " ignores diarize ignores language"), (#""config":null"#, ""),
    ])
    func `is named in ready`(members: String, names: String) throws {
        var stream = try Self.ready(members)
        #expect(stream.event(.ready) == ["ready moonshine-base-en -\(names)"])
        #expect(stream.raw.last?.contains(#""ignored""#) == !names.isEmpty)
    }

    @Test func `is no key of the managed proxy's table`() throws {
        for option in ManagedConfiguration.table.options {
            var stream = try Self.ready(#""config":{"\#(option.name)":\#(option.example)}"#)
            #expect(stream.event(.ready) == ["ready moonshine-base-en -"], "\(option.name)")
        }
    }

    @Test func `is a list of names in ready, behind what the desktop client knows`() throws {
        var stream = try Self.ready(#""config":{"no_such":1,"\#(Self.long)":1}"#)
        _ = stream.event(.ready)
        #expect(
            stream.raw == [
                #"{"type":"ready","session_id":"\#(ManagedConversation.sessionID)","model":"moonshine-base-en","seconds_remaining":null,"#
                    + #""ignored":["no_such","\#(Self.long.prefix(100))"]}"#
            ])
    }

    @Test func `is named in ready with the key terms that the engine has no room for`() throws {
        var stream = try Self.ready(#""config":{"no_such":1}"#)
        var output = ServerOutput()
        stream.machine?.ignores(["keyterm=Harken"], now: stream.now, output: &output)
        #expect(output.actions.isEmpty)
        #expect(stream.event(.ready) == ["ready moonshine-base-en - ignores no_such ignores keyterm=Harken"])
        stream.machine?.ignores(["keyterm=Omi"], now: stream.now, output: &output)
        #expect(output.texts == [#"{"type":"ignored","names":["keyterm=Omi"]}"#])
    }
}
